import { expect, test } from "vitest";
import { toRelyingParty } from "./relying-party.ts";

test.each([
  [["https://panel.example"], "panel.example", ["https://panel.example"]],
  [["https://panel.example:8443", "http://127.0.0.1"], "panel.example", ["https://panel.example:8443"]],
  [["http://192.0.2.7", "https://panel.example"], "panel.example", ["https://panel.example"]],
  [["http://localhost:3005"], "localhost", ["http://localhost:3005", "http://localhost:3006"]],
  [["http://panel.localhost"], "panel.localhost", ["http://panel.localhost"]],
])("takes the host of the first of %j that can have passkeys", (candidates, id, origins) => {
  const all = [...candidates, "http://localhost:3005", "http://localhost:3006", "http://panel.example"];
  expect(toRelyingParty(candidates, all)).toEqual({ id, origins, problem: undefined });
});

test.each([
  [["http://192.0.2.7:3005"], /^Browsers allow passkeys at a host name only, .* is http:\/\/192\.0\.2\.7:3005\./],
  [["https://[2001:db8::1]"], /at a host name only/],
  [["https://192.0.2.7"], /at a host name only/],
  [
    ["http://panel.example", "http://192.0.2.7"],
    /over https only, and this panel's address is http:\/\/panel\.example\./,
  ],
])("says why %j can have none, and what to set", (candidates, sentence) => {
  const { problem } = toRelyingParty(candidates, candidates);
  expect(problem).toMatch(sentence);
  expect(problem).toContain("Set PUBLIC_ORIGIN");
});
