import { expect, test } from "vitest";
import { defaultOptions } from "./default-watch.ts";

const page = (address: string) => {
  const { protocol, hostname, port, origin } = new URL(address);
  return { protocol, hostname, port, origin };
};

test("a program's address and key are in its environment; an empty variable is as good as none", () => {
  const env = { WS_SERVER_URL: "https://panel.example.com/desk", AI_DESKTOP_API_KEY: "key" };
  expect(defaultOptions({ process: { env } })).toEqual({ url: "https://panel.example.com/desk", token: "key" });
  expect(defaultOptions({ process: { env: { WS_SERVER_URL: "", AI_DESKTOP_API_KEY: "" } } })).toEqual({
    url: "http://localhost:3007",
    token: undefined,
  });
  expect(defaultOptions({})).toEqual({ url: "http://localhost:3007", token: undefined });
});

test("a page finds its own panel", () => {
  expect(defaultOptions({ location: page("https://panel.example.com") }).url).toBe("https://panel.example.com");
  expect(defaultOptions({ location: page("http://localhost:3005/x") }).url).toBe("http://localhost:3007");
});
