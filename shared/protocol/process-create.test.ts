import { expect, test } from "vitest";
import { createDeploymentBody, newProcessName } from "./process-create.ts";
import { joinArguments, MAX_ARGUMENTS, splitArguments } from "./process-create-limits.ts";

test.for<[string, string[] | undefined]>([
  ["", []],
  ["  a   b\t", ["a", "b"]],
  ["--name='two words' \"three of them\"", ["--name=two words", "three of them"]],
  ["'' \"\"", ["", ""]],
  ['a\\ b \'a\\b\' "a\\b" "a\\"b\\\\"', ["a b", "a\\b", "a\\b", 'a"b\\']],
  // No shell: nothing is replaced, and nothing runs.
  ["$HOME *.js `id` a|b # c; d", ["$HOME", "*.js", "`id`", "a|b", "#", "c;", "d"]],
  ["ü 日本", ["ü", "日本"]],
  ["'open", undefined],
  ['"open', undefined],
  ["end\\", undefined],
])("splits %j into arguments", ([line, words]) => {
  expect(splitArguments(line)).toEqual(words);
  if (words) expect(splitArguments(joinArguments(words))).toEqual(words);
});

test.for(["all", "0", "12", "-x", "/a/", "", " a", "a\nb", "a\0b", "x".repeat(129)])("refuses the name %j", (name) => {
  expect(newProcessName.safeParse(name).success).toBe(false);
});

test.for(["api", "a/b", "ünï", "shop web", "v1.2", "a:b%"])("takes the name %j", (name) => {
  expect(newProcessName.parse(name)).toBe(name);
});

const body = { script: "a.js", cwd: "/srv" };
test.for<[string, object]>([
  ["too many arguments", { args: Array.from({ length: 10_000 }, () => "a") }],
  ["one argument too many", { args: Array.from({ length: MAX_ARGUMENTS + 1 }, () => "a") }],
  [
    "more than the system takes",
    {
      args: ["a".repeat(32_000), "b".repeat(32_000), ...["c", "d"].map((x) => x.repeat(32_700))],
      environment: { A: "x".repeat(32_000) },
    },
  ],
  ["NUL in an argument", { args: ["a\0b"] }],
  ["NUL in a variable", { environment: { A: "a\0b" } }],
  ["a name that is no variable", { environment: { "a-b": "1" } }],
  ["a variable that is a setting of PM2", { environment: { pm_exec_path: "/bin/sh" } }],
  ["a variable that names a user", { environment: { uid: "0" } }],
  ["a relative directory", { cwd: "srv" }],
  ["a relative interpreter", { interpreter: "bin/ruby" }],
  ["no instance", { instances: 0 }],
  ["an unknown field", { uid: 0 }],
])("refuses %s", ([, change]) => {
  expect(createDeploymentBody.safeParse({ ...body, ...change }).success).toBe(false);
});
