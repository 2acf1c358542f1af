import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const PANEL = /^ai-desktop-(frontend|backend|websocket)(-\d+)?$/;

/**
 * Takes the panel's own apps out of what PM2 has saved (`dump.pm2`) and prints the names of the others: these are brought
 * back from there, while the panel is started from its own file, with the settings and the release of today.
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
    // A damaged list brings nothing back; PM2 keeps its own copy of the one before.
    process.stderr.write(`${path} cannot be read; apps saved there are not started.\n`);
  }
}
