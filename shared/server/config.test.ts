import { expect, test } from "vitest";
import { allowedOrigins, ConfigError, parseConfig } from "./config.ts";

test("each service knows all three ports, and finds the others there", () => {
  const config = parseConfig({ WEB_PORT: "4005", API_PORT: "4006", WS_PORT: "4007", HOST: "127.0.0.1" });
  expect(config).toMatchObject({
    WEB_PORT: 4005,
    API_PORT: 4006,
    BACKEND_URL: "http://127.0.0.1:4006",
    WS_SERVER_URL: "http://127.0.0.1:4007",
  });
  expect(allowedOrigins(config, "linux")).toEqual([
    "http://localhost:4005",
    "http://localhost:4006",
    "http://127.0.0.1:4005",
    "http://127.0.0.1:4006",
  ]);
});

test("what Docker and Kubernetes set for services named `web` and `api` is no port", () => {
  const links = { WEB_PORT: "tcp://10.0.0.1:80", API_PORT: "tcp://10.0.0.2:3006" };
  expect(parseConfig(links)).toMatchObject({ WEB_PORT: 3005, API_PORT: 3006 });
  expect(() => parseConfig({ WEB_PORT: "http" })).toThrow(ConfigError);
});
