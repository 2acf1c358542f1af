import { execFile } from "node:child_process";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const javascript = ["node", "nodejs", "npm", "npx", "corepack", "yarn", "pnpm", "deno", "bun"];

/**
 * Creates a folder for PATH with links to the programs of this machine except those of Node.
 * @param without further programs to exclude
 */
export async function hostPrograms(folder: string, without: string[] = []): Promise<string> {
  const left = new Set([...javascript, ...without]);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const programs: string[] = [];
  for (const from of folders) {
    for (const name of await readdir(from).catch(() => [])) {
      if (left.has(name)) continue;
      left.add(name); // the first program of a name counts, as in PATH
      programs.push(join(from, name));
    }
  }
  await run("ln", ["-s", ...programs, folder]); // about two thousand
  return folder;
}
