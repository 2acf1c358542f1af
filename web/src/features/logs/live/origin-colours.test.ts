import { expect, test } from "vitest";
import { createOriginColours, ORIGIN_COLOURS, ownColour } from "./origin-colours.ts";

const names = Array.from({ length: ORIGIN_COLOURS }, (_, index) => `shop-web-${index}`);
const coloursOf = (known: readonly string[]) => {
  const colours = createOriginColours();
  colours.know(known);
  return known.map((name) => [name, colours.of(name)] as const);
};

test("a container has the same colour in whatever order the view meets it, and in a view of its own", () => {
  expect(new Map(coloursOf(names.toReversed()))).toEqual(new Map(coloursOf(names)));
  expect(coloursOf(["web-nginx"])).toEqual([["web-nginx", ownColour("web-nginx")]]);
});

test("no two containers of one view have the same colour", () => {
  expect(new Set(coloursOf(names).map(([, colour]) => colour)).size).toBe(ORIGIN_COLOURS);
});

test("a container that comes later takes none of the colours in use, and changes none", () => {
  const colours = createOriginColours();
  colours.know(names.slice(0, 10));
  const before = names.slice(0, 10).map(colours.of);
  const later = names.slice(10).map(colours.of);
  expect(new Set([...before, ...later]).size).toBe(ORIGIN_COLOURS);
  expect(names.slice(0, 10).map(colours.of)).toEqual(before);
  expect(colours.of("one-too-many")).toBe(ownColour("one-too-many"));
});
