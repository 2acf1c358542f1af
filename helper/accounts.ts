import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
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
  "google-sudoers",
  "microk8s",
];
/** Whoever may write these can become root. Their group can have any name. */
const PRIVILEGED_SOCKETS = [
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/podman/podman.sock",
  "/run/libvirt/libvirt-sock",
  "/var/lib/incus/unix.socket",
  "/var/lib/lxd/unix.socket",
  "/var/snap/lxd/common/lxd/unix.socket",
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
  /** Names of those of these groups whose members can become root. Like `find`. */
  privilegedOf(gids: readonly number[], options?: { fresh?: boolean }): Promise<string[]>;
}

const MAX_AGE_MS = 10_000;
const MAX_KNOWN = 1_000;

/** Accounts by the system's own look-up, which also knows those of a directory service. */
export function createAccounts(): Accounts {
  const known = new Map<number, { at: number; account: Promise<Account | undefined> }>();
  let groups: { at: number; names: Promise<Groups> } | undefined;
  return {
    async privilegedOf(gids, { fresh = false } = {}) {
      if (fresh || !groups || performance.now() - groups.at > MAX_AGE_MS) {
        const next = { at: performance.now(), names: privilegedGroups() };
        groups = next;
        next.names.catch(() => {
          if (groups === next) groups = undefined;
        });
      }
      return among(await groups.names, gids);
    },
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
  const found = among(await privilegedGroups(), gids);
  return { ...account, privileged: found.length > 0 ? `${name} is a member of ${found.join(" and ")}` : null };
}

/** Names of groups by their number. */
type Groups = ReadonlyMap<number, string>;

const among = (groups: Groups, gids: readonly number[]): string[] =>
  [...groups].filter(([gid]) => gids.includes(gid)).map(([, name]) => name);

async function privilegedGroups(): Promise<Groups> {
  const groups = new Map([[0, "root"]]);
  for (const path of PRIVILEGED_SOCKETS) {
    const socket = await stat(path).catch(() => undefined);
    if (socket && (socket.mode & 0o020) !== 0) groups.set(socket.gid, `of ${path}`);
  }
  for (const line of lines(await getent("group", ...PRIVILEGED_GROUPS))) {
    const [name = "", , gid] = line.split(":");
    groups.set(Number(gid), name);
  }
  return groups;
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
