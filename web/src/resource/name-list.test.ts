import { expect, test } from "vitest";
import type { NameChoice } from "./name-choices.ts";
import { findChoices, matches, toNames, typedNames } from "./name-list.ts";

const choice = (value: string, project: string | null = null, state = "running"): NameChoice => ({
  value,
  project,
  state,
  tone: "ok",
});
const known = [choice("shop-web", "shop"), choice("shop-db", "shop", "crashed"), choice("blog")];

test("a search finds names by each of its words: in the name, the project or the state", () => {
  const found = (search: string) => findChoices(known, search).map(({ value }) => value);
  expect(found("")).toEqual(["shop-web", "shop-db", "blog"]);
  expect(found("SHOP")).toEqual(["shop-web", "shop-db"]);
  expect(found("crashed shop")).toEqual(["shop-db"]);
  expect(found("nothing")).toEqual([]);
});

test("a name covers what it is equal to, and a pattern what it stands for", () => {
  expect(matches("shop-*", known, true)).toBe(2);
  expect(matches("*", known, true)).toBe(3);
  expect(matches("shop-*", known, false)).toBe(0);
  expect(matches("blog", known, true)).toBe(1);
  expect(matches("later", known, true)).toBe(0);
});

test("a comma separates names of containers, and is a part of names of processes", () => {
  expect(typedNames(" web, db,web,", true)).toEqual(["web", "db"]);
  expect(typedNames("worker,eu\r\napi", false)).toEqual(["worker,eu", "api"]);
  expect(toNames("a,b\n\n c \na,b")).toEqual(["a,b", "c"]);
});
