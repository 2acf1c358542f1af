import { expect, test } from "vitest";
import { changeEnv, envNames, envSecrets, envVariables } from "./env-file.ts";

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

test("reads names and values, including values over several lines", () => {
  expect(envNames(text)).toEqual(["A", "B", "C", "D"]);
  expect(envVariables(text).map(({ value }) => value)).toEqual(["1", "two words", "three\nlines\nhere", "", "2"]);
  expect(envVariables(text).map(({ name }) => name)).toEqual(["A", "B", "C", "D", "A"]);
});

test("sets and removes variables and preserves every other byte", () => {
  expect(changeEnv(text, { set: { A: "9", E: "new one" }, remove: ["C", "X"] })).toBe(`# a comment
B = "two words" # why
D=
not a line
A=9
E='new one'
`);
  expect(changeEnv("A=1\n", { set: {}, remove: ["A"] })).toBe("");
  const windows = "\ufeff# one\r\nexport A = 1 # why\r\n\r\nmail.host: smtp\r\nB='x\r\ny'\r\nC=3";
  expect(changeEnv(windows, { set: { A: "2", "mail.host": "other", D: "4" }, remove: ["B"] })).toBe(
    "\ufeff# one\r\nexport A=2 # why\r\n\r\nmail.host=other\r\nC=3\r\nD=4\r\n",
  );
  expect(changeEnv('A="x" B=2\nC=3\n', { set: {}, remove: ["A"] })).toBe(" B=2\nC=3\n");
  expect(changeEnv("HELLO\n", { set: { HELLO: "1" }, remove: [] })).toBe("HELLO=1\n");
});

test("knows every form in which a value may appear in output", () => {
  const forms = (line: string) => envSecrets(line).map(({ value }) => value);
  expect(forms("A=1234567\t# why")).toContain("1234567");
  expect(forms('A="one\\ttwo"')).toEqual(["one\ttwo", "one\\ttwo", '"one\\ttwo"']);
  expect(forms("PW: hunter22secret")).toEqual(["hunter22secret"]);
  expect(forms("MY KEY=topsecret")).toEqual(["MY KEY=topsecret", "topsecret"]);
  expect(forms('A="topsecret')).toContain("topsecret");
});

test("refuses a value that some Compose versions read back differently", () => {
  for (const value of ["a\nb", "a\\b", "$" + "{X}", `a'b"c`, "a\rb", "\ud800"]) {
    expect(() => changeEnv("", { set: { A: value }, remove: [] }), value).toThrow(/value of A/);
  }
});
