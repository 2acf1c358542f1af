import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findCycles, packagesAtStart, readImports } from "./import-graph.ts";
import { projectFolder } from "./service-process.ts";

test("finds import cycles of any length", () => {
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

test("the project has no import cycle, including type imports", () => {
  const listed = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.ts", "*.tsx"], {
    cwd: projectFolder,
    encoding: "utf8",
  });
  const files = listed.split("\n").filter((file) => file !== "" && existsSync(join(projectFolder, file)));
  const imports = readImports(projectFolder, files);
  expect([...imports.values()].flat().length).toBeGreaterThan(files.length); // the imports were found
  expect(findCycles(imports)).toEqual([]);
});

test("no server loads a library at its start that it needs for one purpose only", () => {
  const api = packagesAtStart(projectFolder, "api/start.ts");
  const realtime = packagesAtStart(projectFolder, "realtime/start.ts");
  for (const [loaded, expected] of [
    [api, "hono"],
    [realtime, "socket.io"],
  ] as const) {
    expect(loaded).toContain(expected);
    const onDemand =
      /^(@modelcontextprotocol|nodemailer|redis|@simplewebauthn|openid-client|croner|json5|simple-git|pm2)\b/;
    expect([...loaded].filter((name) => onDemand.test(name))).toEqual([]);
  }
});
