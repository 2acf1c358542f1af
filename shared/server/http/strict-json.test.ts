import { expect, test } from "vitest";
import { jsonAmbiguity } from "./strict-json.ts";

test.each([
  '{"role":"viewer","role":"operator"}',
  '{"a":1,"b":{"c":[{"d":1,"d":1}]}}',
  '{"role":1,"\\u0072ole":2}',
  '{"__proto__":1,"__proto__":2}',
  '{"":1,"":2}',
  '{"a\\\\":1,"a\\\\":2}',
  '{"a" : 1,\n"a"\t: 2}',
])("finds the duplicate key in %s", (text) => {
  expect(jsonAmbiguity(text)).toBe("has the same key twice");
});

test.each(['{"__proto__":{"a":1}}', '{"a":[{"b":{"__proto__":1}}]}', '{"\\u005f_proto__":1}'])(
  "finds the key that records drop in %s",
  (text) => {
    expect(jsonAmbiguity(text)).toBe("has the key __proto__");
  },
);

test.each([
  '{"a":"__proto__","b":["__proto__"],"constructor":1,"_proto_":2}',
  '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}',
  '{"a":"a","b":"\\"a\\":1,\\"a\\":2","c":"{\\"a\\":1"}',
  '{"a":"\\\\","b":":"}',
  '["a","a"]',
  '{"a":1,"A":2}',
  "",
  '"open',
  "}}]]",
  '{"a":1,,}',
])("finds nothing in %s", (text) => {
  expect(jsonAmbiguity(text)).toBeUndefined();
});

test("limits the depth, and reads a text of many backslashes in one pass", () => {
  expect(jsonAmbiguity("[".repeat(100) + "]".repeat(100))).toBeUndefined();
  expect(jsonAmbiguity("[".repeat(101))).toBe("is nested too deeply");
  expect(jsonAmbiguity(JSON.stringify({ a: "\\".repeat(1_000_000), b: '"'.repeat(1_000_000) }))).toBeUndefined();
});
