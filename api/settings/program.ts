import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import process from "node:process";

/**
 * Finds the file that a program name starts: on the PATH of the server, as the start of a child process does, or at its
 * absolute path. Links are resolved, so that a name which only points to a shell is known as the shell.
 *
 * @returns null when there is no such program here, or it cannot be executed
 */
export function findProgram(program: string, searchPath = process.env.PATH ?? ""): string | null {
  if (isAbsolute(program)) return executable(program);
  if (program === "" || program.includes("/")) return null;
  for (const folder of searchPath.split(delimiter)) {
    const found = folder === "" ? null : executable(join(folder, program));
    if (found !== null) return found;
  }
  return null;
}

function executable(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return null;
    accessSync(path, constants.X_OK);
    return realpathSync(path);
  } catch {
    return null;
  }
}
