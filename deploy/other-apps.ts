import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const PANEL = /^ai-desktop-(frontend|backend|websocket)(-\d+)?$/;

/**
 * Removes the panel's apps from PM2's saved list (`dump.pm2`) and prints the names of the others. PM2 restores those from the
 * list; the panel is started from its own file, with the current settings and release.
 */
const path = join(process.env.PM2_HOME ?? join(homedir(), ".pm2"), "dump.pm2");
if (existsSync(path)) {
  try {
    const apps = JSON.parse(readFileSync(path, "utf8")) as { name?: string }[];
    const others = apps.filter(({ name }) => !PANEL.test(name ?? ""));
    if (others.length < apps.length) {
      writeFileSync(`${path}.part`, JSON.stringify(others, null, 2), { mode: 0o600 });
      renameSync(`${path}.part`, path);
    }
    process.stdout.write(others.map(({ name }) => `${name}\n`).join(""));
  } catch {
    // Nothing can be restored from a damaged list; PM2 keeps a copy of the previous one.
    process.stderr.write(`${path} cannot be read; apps saved there are not started.\n`);
  }
}
