import { expect, test } from "vitest";
import { createOriginPolicy } from "./origin-policy.ts";

const policy = createOriginPolicy(["http://203.0.113.7", "https://panel.example.com", "http://[2001:db8::1]"], [3007]);

test.each([
  ["http://203.0.113.7", true],
  ["http://203.0.113.7:80", true],
  ["http://[2001:db8::1]:80", true],
  ["https://panel.example.com:443", true],
  ["http://203.0.113.7:443", false],
  ["https://203.0.113.7:80", false],
  ["https://panel.example.com:80", false],
  ["http://203.0.113.7:8080", false],
  ["http://203.0.113.7:80/", false],
  ["http://203.0.113.7:80:80", false],
  ["http://:80", false],
  ["null", false],
  [undefined, false],
])("the origin %s is allowed: %s", (origin, allowed) => {
  expect(policy.allowsOrigin(origin)).toBe(allowed);
});
