import { expect, test } from "vitest";
import { createMask } from "./value-mask.ts";

test("values are masked in output, longer ones first, and short words are kept", () => {
  const mask = createMask([
    { name: "A", value: "secret" },
    { name: "B", value: "secret-longer" },
    { name: "C", value: "on" },
  ]);
  expect(mask("a secret-longer on a secret")).toBe("a ******** on a ********");
});

test("a value of several lines is masked line by line", () => {
  const mask = createMask([
    { name: "KEY", value: "-----BEGIN KEY-----\n  MIIEvQIBADAN\nab\n-----END KEY-----" },
    { name: "ESCAPED", value: "first-line\\nsecond-line" },
  ]);
  for (const line of ["MIIEvQIBADAN", "  MIIEvQIBADAN", '"-----BEGIN KEY-----\\nMIIEvQIBADAN\\nab"', "second-line"]) {
    expect(mask(line)).not.toMatch(/MIIE|BEGIN|second/);
  }
  expect(mask("cab ab")).toBe("cab ab");
});

test("a short value is masked as a whole word if its name marks it as secret", () => {
  const mask = createMask([
    { name: "DB_PASSWORD", value: "web" },
    { name: "PIN_TOKEN", value: "1234" },
    { name: "SECRET_REGEX", value: "a.*b" },
    { name: "USE_TOKEN", value: "true" },
    { name: "TOKEN_COUNT", value: "1" },
    { name: "NAME", value: "shop" },
  ]);
  expect(mask("postgres://me:web@db PASSWORD=web, 1234. 'a.*b' web")).toBe(
    "postgres://me:********@db PASSWORD=********, ********. '********' ********",
  );
  for (const line of [
    " Container shop-web-1  Started",
    "Creating shop_web_1 ... done",
    "web.example 12345 ./web/file true 1 shop axxb",
  ]) {
    expect(mask(line)).toBe(line);
  }
});
