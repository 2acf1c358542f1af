import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { projectFolder } from "./service-process.ts";

const run = promisify(execFile);

/** Copies what git knows of this project, as it lies here, below the paths (none: all of it). */
export async function copyProject(to: string, ...paths: string[]): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "-z", "--", ...paths], { cwd: projectFolder });
  const names = `${to}.names`;
  await writeFile(names, stdout);
  const copy = `mkdir -p "$2" && tar --null -T "$1" -c | tar -C "$2" -x && rm "$1"`;
  await run("bash", ["-c", copy, "copy", names, to], { cwd: projectFolder });
}
