import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findCycles, readImports } from "./import-graph.ts";
import { projectFolder } from "./service-process.ts";

test("finds files that import one another, however long the way round", () => {
  const imports = new Map([
    ["a", ["b", "d"]],
    ["b", ["c"]],
    ["c", ["a"]],
    ["d", ["c", "e"]],
    ["e", []],
    ["f", ["f"]],
  ]);
  expect(findCycles(imports)).toEqual([["a", "b", "c", "d"], ["f"]]);
});

test("no file of the project imports itself through others, by its types either", () => {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx"], {
    cwd: projectFolder,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => file !== "" && existsSync(join(projectFolder, file)));
  const imports = readImports(projectFolder, files);
  expect([...imports.values()].flat().length).toBeGreaterThan(files.length); // they are read at all
  expect(findCycles(imports)).toEqual([]);
});
