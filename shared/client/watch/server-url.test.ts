import { expect, test } from "vitest";
import { serverUrl } from "./server-url.ts";

const page = (origin: string) => {
  const { protocol, hostname, port } = new URL(origin);
  return { protocol, hostname, port, origin };
};

test("a page on 80 or 443 finds the servers on its own origin", () => {
  expect(serverUrl(page("https://panel.example.com"), undefined, 3006)).toBe("https://panel.example.com");
  expect(serverUrl(page("http://203.0.113.7"), undefined, 3007)).toBe("http://203.0.113.7");
});

test("a page on any other port finds them on their usual ports of the same host", () => {
  expect(serverUrl(page("http://localhost:3005"), undefined, 3006)).toBe("http://localhost:3006");
  expect(serverUrl(page("http://[::1]:3005"), undefined, 3007)).toBe("http://[::1]:3007");
});

test("a configured address comes first, without its last slash", () => {
  expect(serverUrl(page("https://panel.example.com"), "https://api.example.com/", 3006)).toBe(
    "https://api.example.com",
  );
});

test("a page under a path is behind a proxy, whatever its port", () => {
  expect(serverUrl(page("https://host.example.com:8443"), undefined, 3006, "/panel")).toBe(
    "https://host.example.com:8443/panel",
  );
});
