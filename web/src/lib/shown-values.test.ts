import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/**
 * A function inside `Show` or `Match` runs once, while the value is there. A text that it returns stays as it is when the value
 * changes; an element or a fragment around it follows.
 */
const bareText = /(?<!=)\{\(\w+\) =>\s*(?!props\.)[^\s<({][^<]*?\}\s*<\/(?:Show|Match|Index)>/g;

test("what is shown while a value is there changes with it", () => {
  const root = join(import.meta.dirname, "..");
  const found = globSync("**/*.tsx", { cwd: root }).flatMap((file) =>
    [...readFileSync(join(root, file), "utf8").matchAll(bareText)].map(([text]) => `${file}: ${text}`),
  );
  expect(found).toEqual([]);
});
