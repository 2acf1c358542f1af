import { expect, test } from "vitest";
import { changeEnv, envNames, envVariables } from "./env-file.ts";

const text = `# a comment
export A=1
B = "two words" # why
C='three
lines
here'
D=
not a line
A=2
`;

test("reads names and values, those over several lines too", () => {
  expect(envNames(text)).toEqual(["A", "B", "C", "D"]);
  expect(envVariables(text).map(({ value }) => value)).toEqual(["1", "two words", "three\nlines\nhere", "", "2"]);
  expect(envVariables(text).map(({ name }) => name)).toEqual(["A", "B", "C", "D", "A"]);
});

test("sets and takes out variables, and leaves every other line as it is", () => {
  expect(changeEnv(text, { set: { A: "9", E: "new one" }, remove: ["C", "X"] })).toBe(`# a comment
B = "two words" # why
D=
not a line
A=9
E='new one'
`);
  expect(changeEnv("A=1\n", { set: {}, remove: ["A"] })).toBe("");
});

test("refuses a value that not every Compose reads back as it is", () => {
  for (const value of ["a\nb", "a\\b", "$" + "{X}", `a'b"c`, "a\rb", "\ud800"]) {
    expect(() => changeEnv("", { set: { A: value }, remove: [] }), value).toThrow(/value of A/);
  }
});
