import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { MAX_DAEMON_PROCESSES, MAX_DAEMONS } from "../protocol/pm2-daemon.ts";
import { singleFlight } from "../server/async/single-flight.ts";
import { withTimeout } from "../server/async/with-timeout.ts";
import { type Account, createAccounts, isUsualHome } from "./accounts.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { daemonKeyOf } from "./deployment-id.ts";
import { createDirectLink, findSockets } from "./direct-link.ts";
import { createDaemonFinder, type FoundDaemon } from "./find-daemons.ts";
import type { DaemonHost } from "./process-host.ts";
import { createProcessHost } from "./processes.ts";
import type { ForeignDaemon } from "./send-signal.ts";

/** Shortest time between two looks for daemons, in milliseconds. */
const LOOK_MS = 2_000;
/** How long a daemon that has ended is remembered: until then its apps are unknown, not deleted. */
const REMEMBERED_MS = 60 * 60 * 1_000;
/** Longest wait for the bridge, and how often it is asked if no daemon came or went. */
const BRIDGE_MS = 2_000;
const BRIDGE_EVERY_MS = 10_000;

/** A daemon as a {@link DaemonBridge} lists it. */
export interface BridgedDaemon {
  uid: number;
  /** Null for a user who was removed. */
  user: string | null;
  home: string;
  pid: number | null;
  version: string | null;
  /** Whether root allows changes, and if not, who can. */
  canWrite: boolean;
  readOnlyHint: string | null;
}

/** Reaches daemons that this process may not open itself. */
export interface DaemonBridge {
  /** @throws UnavailableError if it is not set up (`absent`) or does not respond (`down`) */
  daemons(): Promise<BridgedDaemon[]>;
  /** How the daemon is reached. The rights in `daemon` are read at each use: they change with what is listed. */
  linkTo(daemon: BridgedDaemon): DaemonLink;
}

/** Which daemons are shown beside the panel's own: all, none, or those with these PM2_HOMEs. */
export type DaemonChoice = "all" | "own" | readonly string[];

export interface KnownDaemon {
  key: string;
  user: string;
  home: string;
  uid: number;
  pid: number | null;
  version: string | null;
  /** Further daemons in its folder, which do not answer. */
  duplicates: number;
  /** Whether its sockets are there and belong to another user. */
  hasForeignSockets: boolean;
  /** Undefined if it cannot be reached. */
  host: DaemonHost | undefined;
  link: DaemonLink | undefined;
  /** What `link` was made of, through a bridge. */
  bridged: BridgedDaemon | undefined;
  /** What a direct link believes of its files and processes. A restart of the daemon renews the pid, and keeps link and host. */
  owner: ForeignDaemon;
  reach: "direct" | "bridge" | "none";
  /** Whether it has ended. */
  gone: boolean;
  /** Time it was last there, by the monotonic clock. */
  seenAt: number;
}

export interface RegistryOptions {
  /** PM2_HOME of the panel's own daemon. */
  ownHome: string;
  shown: DaemonChoice;
  bridge?: DaemonBridge | undefined;
  find?: () => Promise<FoundDaemon[]>;
  accountOf?: (uid: number) => Promise<Account>;
  now?: () => number;
}

export interface DaemonRegistry {
  /** Looks for daemons, unless that was done within the last 2 s, and returns those that are known, by key. */
  look(): Promise<ReadonlyMap<string, KnownDaemon>>;
  /** Daemons beyond the bound of 20. */
  readonly omitted: number;
  /** Further daemons in the folder of the panel's own. */
  readonly ownDuplicates: number;
}

/** Keeps the daemons other than the panel's own, each with the way to reach it. At most 20, those that were there first. */
export function createDaemonRegistry(options: RegistryOptions): DaemonRegistry {
  const { ownHome, shown, bridge, find = createDaemonFinder(), accountOf = createAccounts() } = options;
  const { now = () => performance.now() } = options;
  const known = new Map<string, KnownDaemon>();
  let omitted = 0;
  let ownDuplicates = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let bridged: BridgedDaemon[] = [];
  let bridgedAt = Number.NEGATIVE_INFINITY;
  let bridgedFor = "";

  const readBridge = async (found: readonly FoundDaemon[]): Promise<BridgedDaemon[]> => {
    const present = found.map(({ uid, pid }) => `${uid} ${pid}`).join();
    if (!bridge || (now() - bridgedAt < BRIDGE_EVERY_MS && present === bridgedFor)) return bridged;
    bridgedAt = now();
    bridgedFor = present;
    try {
      bridged = await withTimeout(bridge.daemons(), BRIDGE_MS);
    } catch (error) {
      // What does not respond now may do so again: its daemons stay as they are, and say that they are down.
      if ((error as { state?: unknown }).state === "absent") bridged = [];
    }
    return bridged;
  };

  const isShown = (home: string): boolean =>
    shown === "all" || (shown !== "own" && shown.some((one) => resolve(one) === home));

  const look = singleFlight(async () => {
    if (shown === "own" || now() - lookedAt < LOOK_MS) return;
    const found = await find();
    const others = await readBridge(found);
    ownDuplicates = 0;
    const seen = new Set<string>();
    let left = 0;
    for (const daemon of merge(found, others)) {
      if ((await realPath(daemon.home)) === (await realPath(ownHome))) {
        ownDuplicates += daemon.duplicates;
        continue;
      }
      if (!isShown(daemon.home)) continue;
      const account =
        daemon.user === null ? await accountOf(daemon.uid) : { ...(await accountOf(daemon.uid)), name: daemon.user };
      const key = daemonKeyOf(account.name, isUsualHome(account, daemon.home) ? undefined : daemon.home);
      if (seen.has(key)) continue;
      if (!known.has(key) && !makeRoom(known)) {
        left++;
        continue;
      }
      seen.add(key);
      await note(key, account.name, daemon, others);
    }
    omitted = left;
    for (const [key, daemon] of known) {
      if (seen.has(key)) continue;
      daemon.gone = true;
      // Its user was renamed or removed: the same daemon has another key.
      const isRenamed = [...known.values()].some(
        (one) => !one.gone && one.uid === daemon.uid && one.home === daemon.home,
      );
      if (isRenamed || now() - daemon.seenAt > REMEMBERED_MS) known.delete(key);
    }
    lookedAt = now();
  });

  const note = async (key: string, user: string, daemon: MergedDaemon, others: readonly BridgedDaemon[]) => {
    const { uid, home, pid, version, duplicates } = daemon;
    const before = known.get(key);
    const sockets = await findSockets(home, uid);
    const listed = sameIn(others, daemon);
    // One that starts, or whose sockets were deleted, is asked anyway: the error says more.
    const isDirect = sockets === "own" || (sockets === "absent" && mayOpen(uid));
    const reach = isDirect ? "direct" : listed ? "bridge" : "none";
    const isSame = before?.reach === reach && before.uid === uid && before.home === home;
    const owner = isSame ? before.owner : { uid, pid: 0 };
    owner.pid = pid ?? 0;
    const bridgedDaemon = reach !== "bridge" || !listed ? undefined : isSame ? before.bridged : { ...listed };
    if (bridgedDaemon) Object.assign(bridgedDaemon, listed);
    const link = isSame ? before.link : linkTo(home, reach, owner, bridgedDaemon);
    const host =
      isSame || !link
        ? before?.host
        : createProcessHost({
            link,
            daemon: key,
            user,
            isRoot: uid === 0,
            accountOf,
            maxProcesses: MAX_DAEMON_PROCESSES,
          });
    known.set(key, {
      key,
      user,
      home,
      uid,
      pid,
      version,
      duplicates,
      reach,
      link,
      owner,
      bridged: bridgedDaemon,
      hasForeignSockets: sockets === "foreign",
      host: link && host,
      gone: false,
      seenAt: now(),
    });
  };

  const linkTo = (
    home: string,
    reach: KnownDaemon["reach"],
    owner: ForeignDaemon,
    bridgedDaemon: BridgedDaemon | undefined,
  ): DaemonLink | undefined => {
    if (bridgedDaemon) return bridge?.linkTo(bridgedDaemon);
    if (reach === "none") return undefined;
    return createDirectLink({ pm2Home: home, foreign: owner.uid === process.getuid?.() ? undefined : owner });
  };

  return {
    async look() {
      await look();
      return known;
    },
    get ownDuplicates() {
      return ownDuplicates;
    },
    get omitted() {
      return omitted;
    },
  };
}

type MergedDaemon = FoundDaemon & { user: string | null };

const sameIn = <T extends { uid: number; home: string }>(
  others: readonly T[],
  { uid, home }: { uid: number; home: string },
): T | undefined => others.find((one) => one.uid === uid && one.home === home);

/** What this process finds, and what only the bridge sees. */
function merge(found: readonly FoundDaemon[], others: readonly BridgedDaemon[]): MergedDaemon[] {
  const hidden = others.filter((daemon) => !sameIn(found, daemon));
  return [
    ...found.map((daemon) => ({ ...daemon, user: null })),
    ...hidden.map(({ uid, user, home, pid, version }) => ({ uid, user, home, pid, version, duplicates: 0 })),
  ];
}

/** Makes room for a new daemon by forgetting one that has ended. */
function makeRoom(known: Map<string, KnownDaemon>): boolean {
  if (known.size < MAX_DAEMONS) return true;
  const old = [...known.values()].find(({ gone }) => gone);
  return old !== undefined && known.delete(old.key);
}

/** Whether this process may open the sockets of this user's daemon. */
const mayOpen = (uid: number): boolean => [uid, 0].includes(process.getuid?.() ?? -1);

const realPath = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
