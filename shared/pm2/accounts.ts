import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

export interface Account {
  name: string;
  /** Home folder; undefined if there is no account of this number. */
  home: string | undefined;
}

/** How long what a directory service said is believed, and how long it may take. */
const REMEMBERED_MS = 60_000;
const LIMIT_MS = 2_000;
/** Users that are remembered. */
const MAX_USERS = 200;

/**
 * Creates a function that returns the account of a user number: of `/etc/passwd`, or of the host's directory service
 * (`getent`). Without an account the name is `#1001`, as `sudo` writes it.
 */
export function createAccounts(passwd = "/etc/passwd"): (uid: number) => Promise<Account> {
  const remembered = new Map<number, { account: Account; until: number }>();
  return async (uid) => {
    const local = find(await readFile(passwd, "utf8").catch(() => ""), uid);
    if (local) return local;
    const known = remembered.get(uid);
    if (known && performance.now() < known.until) return known.account;
    const { stdout } = await promisify(execFile)("getent", ["passwd", String(uid)], { timeout: LIMIT_MS }).catch(
      // No program, no answer, or no such user.
      () => ({ stdout: "" }),
    );
    const account = find(stdout, uid) ?? { name: `#${uid}`, home: undefined };
    remembered.delete(uid);
    remembered.set(uid, { account, until: performance.now() + REMEMBERED_MS });
    for (const old of remembered.keys()) if (remembered.size > MAX_USERS) remembered.delete(old);
    return account;
  };
}

/** Name of the user of this process. */
export function ownUserName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container can run as a number without an account.
    return `#${process.getuid?.() ?? 0}`;
  }
}

function find(lines: string, uid: number): Account | undefined {
  for (const line of lines.split("\n")) {
    const [name = "", , number, , , home = ""] = line.split(":");
    if (name !== "" && number === String(uid)) return { name, home: home === "" ? undefined : home };
  }
  return undefined;
}

/** Whether a PM2_HOME is the one that PM2 uses for this account by itself. */
export const isUsualHome = (account: Account, pm2Home: string): boolean =>
  account.home !== undefined && pm2Home === join(account.home, ".pm2");
