import { globSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../../..");

/** Addresses of the modules that a file loads at run time; `import type` loads none. */
const loaded = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/^(?:import|export)\s+(?!type\b)(?:[^"';]*?from\s+)?"([^"]+)"/gm)].flatMap(
    ([, address]) => address ?? [],
  );

test("the page loads no schema library", () => {
  const files = globSync("web/src/**/*.{ts,tsx}", { cwd: root })
    .filter((file) => !/(^|\/)(testing|[^/]*\.test)\.tsx?$/.test(file))
    .map((file) => resolve(root, file));
  const seen = new Set<string>();
  const reached: string[] = [];
  for (let file = files.pop(); file !== undefined; file = files.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const address of loaded(file)) {
      if (address === "zod") reached.push(file.slice(root.length + 1));
      else if (/^\..*\.tsx?$/.test(address)) files.push(resolve(dirname(file), address));
    }
  }
  expect(reached).toEqual([]);
  expect([...seen].some((file) => file.endsWith("shared/protocol/permission.ts"))).toBe(true);
});
