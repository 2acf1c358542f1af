import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createFileRoot } from "../../files/root/files.ts";
import { createSaveJournal } from "../../files/saving/save-journal.ts";
import { toAppError } from "../../server/errors.ts";
import { silentLog } from "../../server/log.ts";

/**
 * Writes more than fits on a small disk mounted at the given folder, to an existing and to a new file, and prints the results.
 * The copies of saves go to the second folder.
 */
const [folder = "", saves = ""] = process.argv.slice(2);
const log = silentLog();
const journal = createSaveJournal({ folder: saves, log, maxBytes: 64 * 1024 * 1024 });
const files = createFileRoot({ root: folder, log, journal });
await writeFile(join(folder, "state"), "old");
const { etag } = await files.readText("/state");
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => toAppError(error).code,
  );
const large = "x".repeat(500_000);
const outcome = {
  text: await codeOf(files.writeText("/state", large, etag)),
  upload: await codeOf(files.upload("/state", new Blob([large]).stream(), { replace: true })),
  announced: await codeOf(files.upload("/state", new Blob([large]).stream(), { replace: true, size: large.length })),
  fresh: await codeOf(files.writeText("/fresh", large, undefined)),
  content: await readFile(join(folder, "state"), "utf8"),
  names: await readdir(folder),
  kept: (await readdir(saves)).length,
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
