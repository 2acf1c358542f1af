import { expect, test } from "vitest";
import { maskArguments, maskLabels } from "./masking.ts";

test("masks values of labels whose key names a secret, and passwords inside URLs", () => {
  expect(
    maskLabels({
      "com.example.db_password": "abc123",
      API_KEY: "abc123",
      "auth.Token": "abc123",
      url: "postgres://ada:abc123@db/main",
      "com.docker.compose.project": "shop",
    }),
  ).toEqual({
    "com.example.db_password": "********",
    API_KEY: "********",
    "auth.Token": "********",
    url: "postgres://ada:********@db/main",
    "com.docker.compose.project": "shop",
  });
});

test.each([
  [
    ["server", "--password", "abc123", "--port", "80"],
    ["server", "--password", "********", "--port", "80"],
  ],
  [
    ["server", "--api-key=abc123"],
    ["server", "--api-key=********"],
  ],
  [
    ["sh", "-c", "DB_PASSWORD=abc123 PORT=80 run"],
    ["sh", "-c", "DB_PASSWORD=******** PORT=80 run"],
  ],
  [
    ["worker", "redis://:abc123@cache"],
    ["worker", "redis://:********@cache"],
  ],
  [
    ["server", "--password", "--verbose"],
    ["server", "--password", "--verbose"],
  ],
  [
    ["nginx", "-g", "daemon off;"],
    ["nginx", "-g", "daemon off;"],
  ],
])("masks what %j gives away", (args, shown) => {
  expect(maskArguments(args)).toEqual(shown);
});
