import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { lacks } from "../../../shared/testing/parts.ts";
import { tempFolder } from "../../../shared/testing/temp-folder.ts";
import { changeEnv } from "./env-file.ts";
import { parseEnv } from "./env-parse.ts";

type Pairs = [string, string | null][];
interface EnvCase {
  rule: string;
  text: string;
  /** As Compose v2 reads it. */
  v2: Pairs;
  /** As 1.29 reads it, where that differs. */
  v1?: Pairs;
  /** Compose v2 refuses the whole file for one of its lines. */
  refused?: boolean;
}

const cases: EnvCase[] = JSON.parse(readFileSync(join(import.meta.dirname, "env-cases.json"), "utf8"));
const valuesOf = (text: string): Pairs => parseEnv(text).entries.map(({ name, value }) => [name, value]);

test.each(cases)("a .env file is read by the rules of Compose v2: $rule", ({ text, v2, refused = false }) => {
  expect(valuesOf(text)).toEqual(v2);
  expect(parseEnv(text).unreadable.length > 0).toBe(refused);
});

test.each(cases)("setting a variable changes its value and nothing else: $rule", ({ text, v2 }) => {
  const name = v2.at(-1)?.[0] ?? "";
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) return;
  const changed = changeEnv(text, { set: { [name]: "other" }, remove: [] });
  const others = v2.filter(([other]) => other !== name).map(([other]) => other);
  expect(valuesOf(changed).map(([other]) => other)).toEqual([...others, name]);
  expect(valuesOf(changed).at(-1)).toEqual([name, "other"]);
  const ends = (of: string) => of.match(/\r?\n/g)?.at(0);
  expect(ends(changed)).toBe(ends(text));
  expect(changed.startsWith("\ufeff")).toBe(text.startsWith("\ufeff"));
  for (const comment of text.match(/^#.*$/gm) ?? []) if (!text.includes("'one")) expect(changed).toContain(comment);
});

describe.skipIf(await lacks("compose"))("the installed Compose 1.x", () => {
  test("reads every case as the table states", async () => {
    const folder = await tempFolder("env-cases");
    try {
      const services: Record<string, unknown> = {};
      for (const [index, { text }] of cases.entries()) {
        await writeFile(join(folder.path, `${index}.env`), text);
        services[`case-${index}`] = { image: "busybox", env_file: [`${index}.env`] };
      }
      await writeFile(join(folder.path, "compose.yaml"), JSON.stringify({ version: "3.8", services }));
      const { stdout } = await promisify(execFile)("docker-compose", ["config"], { cwd: folder.path });
      const read = parse(stdout).services as Record<string, { environment?: Record<string, string | null> }>;
      for (const [index, { rule, v1, v2 }] of cases.entries()) {
        const values = Object.entries(read[`case-${index}`]?.environment ?? {});
        const shown = values.map(([name, value]) => [name, value?.replaceAll("$$", "$") ?? null]);
        expect(Object.fromEntries(shown), rule).toEqual(Object.fromEntries(v1 ?? v2));
      }
    } finally {
      await folder.remove();
    }
  });
});
