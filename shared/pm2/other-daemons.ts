import { readdir, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";

/** A PM2 daemon on this host. */
export const pm2DaemonSchema = z.object({
  user: z.string().describe("Name of the user it belongs to."),
  home: z.string().describe("Its PM2_HOME."),
});
export type Pm2Daemon = z.infer<typeof pm2DaemonSchema>;

const MAX_DAEMONS = 20;
const TITLE = /^PM2 v\S+ God Daemon \((.+?)\)/;

/**
 * Lists the PM2 daemons other than the one with `ownHome`, at most 20, sorted by user and folder. Finds them by their
 * process titles in Linux's `/proc`; empty without `/proc`, or if it hides the processes of other users.
 */
export async function findOtherDaemons(ownHome: string, proc = "/proc"): Promise<Pm2Daemon[]> {
  const names = await readdir(proc).catch(() => []);
  const found = new Map<string, number>();
  for (const name of names) {
    if (!/^\d+$/.test(name) || found.size >= MAX_DAEMONS) continue;
    // A process can end between any two steps.
    const title = await readFile(`${proc}/${name}/cmdline`, "utf8").catch(() => "");
    const home = TITLE.exec(title.replaceAll("\0", " ").trim())?.[1];
    if (home === undefined || resolve(home) === resolve(ownHome)) continue;
    const owner = await stat(`${proc}/${name}`).catch(() => undefined);
    if (owner) found.set(home, owner.uid);
  }
  const users = await userNames();
  return [...found]
    .map(([home, uid]) => ({ home, user: users.get(uid) ?? `user ${uid}` }))
    .sort((a, b) => a.user.localeCompare(b.user) || a.home.localeCompare(b.home));
}

async function userNames(): Promise<Map<number, string>> {
  const accounts = await readFile("/etc/passwd", "utf8").catch(() => "");
  return new Map(
    accounts
      .split("\n")
      .map((line) => line.split(":"))
      .map(([name = "", , uid]) => [Number(uid), name]),
  );
}
