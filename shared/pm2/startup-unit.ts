import { open, readdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { ProcessListState } from "../protocol/process-list.ts";

type StartupUnit = ProcessListState["unit"] & {
  /** The unit also starts the panel's own processes, saved or not. */
  startsPanel: boolean;
};

/** Where units lie; the first ones take precedence. */
const UNIT_FOLDERS = ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];
const MAX_BYTES = 64 * 1024;
const MAX_UNITS = 5_000;

/**
 * Finds the systemd unit that starts PM2 with this PM2_HOME: `pm2-USER` of `pm2 startup`, or another one. It reads files
 * only, and runs no program.
 *
 * @param user Name of the daemon's user: a unit of another user starts another daemon in this folder
 * @param root Folder that stands for `/`
 */
export async function findStartupUnit(pm2Home: string, user: string, root = ""): Promise<StartupUnit> {
  const unknown: StartupUnit = { state: "unknown", name: null, startsPanel: false };
  if ((await namesIn(`${root}/run/systemd/system`)) === null) return unknown;
  const etc = await namesIn(`${root}${UNIT_FOLDERS[0]}`);
  if (etc === null) return unknown;
  const seen = new Set<string>();
  let found: StartupUnit = { state: "absent", name: null, startsPanel: false };
  for (const folder of UNIT_FOLDERS) {
    const units = ((await namesIn(root + folder)) ?? []).filter((name) => name.endsWith(".service"));
    for (const name of units.slice(0, MAX_UNITS)) {
      if (seen.has(name)) continue;
      seen.add(name);
      const text = await textOf(`${root}${folder}/${name}`);
      if (!namesHome(text, pm2Home) || !isOfUser(text, user)) continue;
      const startsPanel = /^ExecStart=.*\/deploy\/systemd\/pm2\s*$/m.test(text);
      if (await isEnabled(name, etc, root)) return { state: "enabled", name, startsPanel };
      if (found.state === "absent") found = { state: "disabled", name, startsPanel };
    }
  }
  return found;
}

const namesIn = (folder: string): Promise<string[] | null> => readdir(folder).catch(() => null);

async function textOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return "";
  try {
    // A masked unit is a link to /dev/null.
    if (!(await file.stat()).isFile()) return "";
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return "";
  } finally {
    await file.close();
  }
}

/** Whether a unit sets PM2_HOME to this folder, alone or among other variables. */
function namesHome(text: string, pm2Home: string): boolean {
  const lines = text.split("\n").filter((line) => /^\s*Environment=/.test(line));
  return lines.some((line) => {
    const home = /(?:^|[\s"'=])PM2_HOME=(?:"([^"]*)"|'([^']*)'|([^\s"']*))/.exec(line);
    const path = home?.[1] ?? home?.[2] ?? home?.[3];
    return path !== undefined && path !== "" && resolve(path) === resolve(pm2Home);
  });
}

/** Whether a unit runs as this user; what is a number, or filled in by systemd, may be. */
function isOfUser(text: string, user: string): boolean {
  const named = [...text.matchAll(/^\s*User=(.*)$/gm)].at(-1)?.[1]?.trim() || "root";
  return named === user || /^\d+$|%/.test(named) || user.startsWith("#");
}

/** Whether something that starts at boot wants the unit. */
async function isEnabled(name: string, etc: readonly string[], root: string): Promise<boolean> {
  for (const folder of etc.filter((entry) => /\.(wants|requires)$/.test(entry))) {
    if ((await namesIn(`${root}${UNIT_FOLDERS[0]}/${folder}`))?.includes(name)) return true;
  }
  return false;
}
