import { expect, test } from "vitest";
import { browserName } from "./account/browser-name.ts";
import { passwordRules } from "./account/password-rules.ts";
import { describeScope, toDraft, toScope } from "./users/scope-form.ts";

const unmet = (password: string, username = "lena") =>
  passwordRules(password, username)
    .filter((rule) => !rule.met)
    .map((rule) => rule.text);

test("a long phrase meets every rule", () => {
  expect(unmet("tulips behind the old mill")).toEqual([]);
});

test("a password that is too short, repetitive, too long or contains the user name breaks a rule while typed", () => {
  expect(unmet("fourteen chars")).toEqual(["At least 15 characters (14 so far)"]);
  expect(unmet("abcabcabcabcabcabc")).toEqual(["No single character or word repeated"]);
  expect(unmet("lena likes old mills")).toEqual(["Does not contain the user name"]);
  expect(unmet(`tulips ${"é".repeat(600)}`)).toEqual(["At most 1024 bytes"]);
  expect(unmet("")).toHaveLength(3);
});

test("a character outside the basic plane counts as one", () => {
  expect(unmet("🌷🌻🌼🌹🌺 in the mill")).toEqual([]);
});

test("a scope survives editing: all stays all, none stays none", () => {
  for (const limits of [
    { services: null, deployments: null },
    { services: [], deployments: null },
    { services: ["web", "db"], deployments: ["api"] },
  ]) {
    expect(toScope(toDraft(limits))).toEqual(limits);
  }
  expect(toScope({ services: " web\n\ndb \nweb", deployments: "a,b" })).toEqual({
    services: ["web", "db"],
    deployments: ["a,b"], // PM2 allows a comma in a name
  });
});

test("a scope has a short description", () => {
  expect(describeScope({ services: null, deployments: null })).toBe("Everything");
  expect(describeScope({ services: ["web"], deployments: null })).toBe("container web, all processes");
  expect(describeScope({ services: [], deployments: ["a", "b"] })).toBe("no containers, 2 processes");
});

test.each([
  ["Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox 131 on Linux"],
  ["Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge 140 on Windows"],
  ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari 18 on iOS"],
  ["curl/8.9.1", "curl/8.9.1"],
  ["", "Unknown"],
])("%s is %s", (userAgent, name) => {
  expect(browserName(userAgent)).toBe(name);
});
