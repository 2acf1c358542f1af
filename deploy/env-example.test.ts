import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { configVariables, parseConfig } from "../shared/server/config.ts";

const root = join(import.meta.dirname, "..");
const example = readFileSync(join(root, ".env.example"), "utf8");
const reference = readFileSync(join(root, "docs/configuration.md"), "utf8");
const named = [...example.matchAll(/^#([A-Z][A-Z0-9_]*)=/gm)].map(([, name = ""]) => name);

test("the example and the reference contain every setting, the example exactly once", () => {
  expect([...named].sort()).toEqual([...configVariables, "WS_MORE_PORTS"].sort());
  expect(configVariables.filter((name) => !reference.includes(`\`${name}\``))).toEqual([]);
});

test("the example changes nothing by itself, and all its values are valid", () => {
  expect(parseEnv(example)).toEqual({});
  const all = parseEnv(example.replace(/^#([A-Z][A-Z0-9_]*=)/gm, "$1")) as Record<string, string>;
  expect(() => parseConfig(all)).not.toThrow();
});
