import { expect, test } from "vitest";
import { nearNames } from "./near-names.ts";

test.each<[wanted: string, names: string[], near: string[]]>([
  ["web-ngnix", ["web-nginx", "db", "web-nginx-2"], ["web-nginx"]],
  ["WEB", ["web", "web-1", "worker"], ["web", "web-1"]],
  ["shop-web-1", ["shop-web", "shop-db-1", "x"], ["shop-web", "shop-db-1"]],
  ["ж", ["ж1", "a"], ["ж1"]],
  ["", ["a"], []],
  ["quite different", ["web"], []],
  ["x".repeat(5_000), ["y".repeat(5_000), "web"], []],
  ["abcd", ["abce", "abcf", "abcg", "abch"], ["abce", "abcf", "abcg"]],
])("for %j among %j it suggests %j", (wanted, names, near) => {
  expect(nearNames(wanted, names)).toEqual(near);
});
