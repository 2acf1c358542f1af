import { open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../../testing/temp-folder.ts";
import type { LogHandle } from "./log-file.ts";
import { fillerText, headBehind } from "./log-filler.ts";

test("the rest of a line is known although the rotation covers it while the head is read", async () => {
  const folder = await tempFolder("filler");
  const rest = `${"z".repeat(22)}\n`;
  const [moved, live] = [join(folder.path, "app.log.1"), join(folder.path, "app.log")];
  await writeFile(moved, `${"z".repeat(4_096)}${rest}`);
  await writeFile(live, `${rest}next\n`);
  const [old, file] = [await open(moved), await open(live, "r+")];
  try {
    // The blank line is written right after the first read.
    const covered: LogHandle = {
      ...file,
      stat: () => file.stat(),
      read: async (...args: Parameters<LogHandle["read"]>) => {
        const result = await file.read(...args);
        await file.write(fillerText(rest.length), 0);
        return result;
      },
      close: () => file.close(),
    };
    expect(await headBehind(old, covered)).toBe(rest.length);
  } finally {
    await old.close();
    await file.close();
    await folder.remove();
  }
});
