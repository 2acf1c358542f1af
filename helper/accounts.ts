import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
const LIMIT_MS = 5_000;
const MAX_OUTPUT = 256 * 1024;

/** Groups whose members can become root: by sudo, by a daemon that runs as root, or by its files and disks. */
const PRIVILEGED_GROUPS = [
  "root",
  "sudo",
  "wheel",
  "admin",
  "docker",
  "podman",
  "lxd",
  "incus",
  "incus-admin",
  "libvirt",
  "libvirtd",
  "disk",
  "kmem",
  "shadow",
  "staff",
];

export interface Account {
  name: string;
  gid: number;
  /** All groups, the user's own included. */
  gids: number[];
  /** In what way the user is root in effect, as a phrase; null for an ordinary user. */
  privileged: string | null;
}

export interface Accounts {
  /**
   * Undefined if no account has the uid. An answer of the last seconds counts, unless it must be `fresh`.
   *
   * @throws Error if the system does not answer
   */
  find(uid: number, options?: { fresh?: boolean }): Promise<Account | undefined>;
}

const MAX_AGE_MS = 10_000;
const MAX_KNOWN = 1_000;

/** Accounts by the system's own look-up, which also knows those of a directory service. */
export function createAccounts(): Accounts {
  const known = new Map<number, { at: number; account: Promise<Account | undefined> }>();
  return {
    find(uid, { fresh = false } = {}) {
      const now = performance.now();
      const earlier = known.get(uid);
      if (!fresh && earlier && now - earlier.at < MAX_AGE_MS) return earlier.account;
      if (known.size >= MAX_KNOWN) known.clear();
      const account = lookUp(uid);
      known.set(uid, { at: now, account });
      account.catch(() => known.delete(uid));
      return account;
    },
  };
}

async function lookUp(uid: number): Promise<Account | undefined> {
  const [entry] = lines(await getent("passwd", String(uid)));
  const [name, , entryUid, entryGid] = entry?.split(":") ?? [];
  if (!name || Number(entryUid) !== uid) return undefined;
  const { stdout } = await run("/usr/bin/id", ["-G", "--", name], options);
  const gids = stdout.trim().split(" ").map(Number);
  const account = { name, gid: Number(entryGid), gids };
  if (uid === 0) return { ...account, privileged: "This is root" };
  const groups = lines(await getent("group", ...PRIVILEGED_GROUPS)).map((line) => line.split(":"));
  const found = groups.filter(([, , gid]) => gids.includes(Number(gid))).map(([group]) => group);
  return { ...account, privileged: found.length > 0 ? `${name} is a member of ${found.join(" and ")}` : null };
}

const options = { timeout: LIMIT_MS, maxBuffer: MAX_OUTPUT, env: { PATH: "/usr/bin:/bin", LC_ALL: "C" }, cwd: "/" };

async function getent(...args: string[]): Promise<string> {
  try {
    return (await run("/usr/bin/getent", args, options)).stdout;
  } catch (error) {
    // 2: at least one of the keys was not found. The others are printed.
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    if (code === 2) return stdout ?? "";
    throw error;
  }
}

const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");
