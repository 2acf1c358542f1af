import { expect, test } from "vitest";
import { keysOf, shapeAt } from "../../../../shared/protocol/compose-keys.ts";
import { definedNames, placeAt } from "./compose/cursor-position.ts";
import { diffLines, nearChanges } from "./history/line-diff.ts";
import { nameProblem, parseVariables } from "./stack-state.ts";

const place = (text: string) => placeAt(text.split("\n"));

test("knows where in a compose file something is typed", () => {
  expect(place("ser")).toMatchObject({ path: [], key: null, typed: "ser" });
  expect(place("services:\n  web:\n    im")).toMatchObject({ path: ["services", "web"], typed: "im", indent: 4 });
  expect(place("services:\n  web:\n    image: a\n\n    # b\n    restart: un")).toMatchObject({
    path: ["services", "web"],
    key: "restart",
    typed: "un",
  });
  expect(place("services:\n  web:\n    depends_on:\n      - d")).toMatchObject({
    path: ["services", "web", "depends_on"],
    item: true,
    typed: "d",
  });
  expect(place("services:\n  web:\n    ports:\n    - target: 80\n      pub")).toMatchObject({
    path: ["services", "web", "ports"],
    key: null,
    typed: "pub",
  });
  expect(place("services:\n  web:\n    healthcheck:\n      test: x\n    image: a\n  db:\n    de")).toMatchObject({
    path: ["services", "db"],
  });
  expect(place("services: # com")).toBeNull();
});

test("completes from the keys that may stand there", () => {
  expect(Object.keys(keysOf(shapeAt([])))).toContain("services");
  expect(Object.keys(keysOf(shapeAt(["services", "web", "healthcheck"])))).toContain("interval");
  expect(Object.keys(keysOf(shapeAt(["services", "web", "ports"])))).toContain("published");
  expect(Object.keys(keysOf(shapeAt(["services", "web", "build"])))).toContain("dockerfile");
  expect(keysOf(shapeAt(["services", "web", "constructor"]))).toEqual({});
  expect(definedNames("services:\n  web:\n    image: a\n  db: {}\nvolumes:\n  data:\n", "services")).toEqual([
    "web",
    "db",
  ]);
});

test("compares two texts line by line, and shows the lines near a change", () => {
  const before = "a\nb\nc\nd\ne\nf\ng\nh\n";
  const lines = diffLines(before, "a\nb\nc\nX\ne\nf\ng\nh\ni\n");
  expect(lines.filter(({ kind }) => kind !== "same").map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    "removed d",
    "added X",
    "added i",
  ]);
  expect(lines.at(-1)).toEqual({ kind: "added", text: "i", before: null, after: 9 });
  expect(nearChanges(diffLines(before, `${before}z\n`), 1).map((line) => line?.text ?? null)).toEqual([null, "h", "z"]);
  expect(diffLines(before, before).every(({ kind }) => kind === "same")).toBe(true);
  expect(diffLines("", "a")).toHaveLength(1);
});

test("says what is wrong with a name or with variables before they are sent", () => {
  expect(nameProblem("shop-2", () => false)).toBeNull();
  for (const name of ["", "Shop", "-f", "a b", "x".repeat(64)]) expect(nameProblem(name, () => false)).not.toBeNull();
  expect(nameProblem("shop", () => true)).toMatch(/already/);
  expect(parseVariables("A=1\n# no\n\nB=x=y\n")).toEqual({ values: { A: "1", B: "x=y" } });
  expect(parseVariables("A=1\nno\n")).toEqual({ problem: "Line 2 does not have the form NAME=value." });
});
