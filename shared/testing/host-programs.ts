import { mkdir, readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";

const folders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const javascript = ["node", "nodejs", "npm", "npx", "corepack", "yarn", "pnpm", "deno", "bun"];

/**
 * A folder for a PATH, with links to the programs of this machine, but nothing of Node.
 *
 * @param without programs that are left out too
 */
export async function hostPrograms(folder: string, without: string[] = []): Promise<string> {
  const left = new Set([...javascript, ...without]);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const from of folders) {
    for (const name of await readdir(from).catch(() => [])) {
      if (left.has(name)) continue;
      left.add(name); // the first of a name counts, as on a PATH
      await symlink(join(from, name), join(folder, name));
    }
  }
  return folder;
}
