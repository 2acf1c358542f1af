import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createFileRoot } from "../host/files.ts";
import { toAppError } from "../server/errors.ts";
import { silentLog } from "../server/log.ts";

/** On a small disk mounted at the folder it is given: writes more than fits, twice, and prints what came of it. */
const folder = process.argv[2] ?? "";
const files = createFileRoot({ root: folder, log: silentLog() });
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
  content: await readFile(join(folder, "state"), "utf8"),
  names: await readdir(folder),
};
process.stdout.write(`${JSON.stringify(outcome)}\n`);
