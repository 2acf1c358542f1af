import { daemonOfDeployment, OWN_DAEMON } from "../protocol/daemon-key.ts";
import type { Deployment } from "../protocol/deployment.ts";
import type { Pm2Daemon } from "../protocol/pm2-daemon.ts";
import type { DependencyState } from "../protocol/system.ts";
import { withTimeout } from "../server/async/with-timeout.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError, toAppError } from "../server/errors.ts";
import { ownUserName } from "./accounts.ts";
import { createDaemonRegistry, type KnownDaemon, type RegistryOptions } from "./daemon-registry.ts";
import { createDirectLink } from "./direct-link.ts";
import { createProcessHost, type DaemonHost, type ProcessEvent, type ProcessHost } from "./processes.ts";

/** How long a survey waits for another daemon, and for one that did not respond in time before. */
const READ_MS = 2_500;
const READ_SLOW_MS = 100;
/** Interval at which a watch looks for daemons, in milliseconds. */
const WATCH_MS = 3_000;
/** Events of one other daemon in a second; what is beyond is found by reading its list. */
const MAX_EVENTS = 200;

/** All daemons at one time. */
export interface Survey {
  /** Apps of the daemons that responded, those of the panel's own daemon first. */
  deployments: Deployment[];
  /** The panel's own daemon first. */
  daemons: Pm2Daemon[];
  /** Daemons beyond the bound of 20, which are not listed. */
  omittedDaemons: number;
  /** State of the panel's own daemon. */
  own: DependencyState;
  /** Whether an id is of a daemon that did not respond: it is unknown whether the app exists. */
  isUnknown(id: string): boolean;
}

/**
 * The processes of every PM2 daemon of this host, by ids that name the daemon. What concerns PM2 as a whole (`home`, `ping`,
 * `savedState`, `saveList`) is that of the panel's own daemon. Another daemon never delays or fails what concerns this one.
 */
export interface Processes extends ProcessHost {
  /** Apps of every daemon that responds. @throws AppError `upstream_unavailable` if the panel's own does not */
  list(): Promise<Deployment[]>;
  /** Reads all daemons, each within its own time limit. @throws any error of the panel's own daemon but `upstream_unavailable` */
  survey(): Promise<Survey>;
  /** The processes of one daemon. @throws AppError `not_found`, `upstream_unavailable` */
  daemon(key: string): Promise<ProcessHost>;
}

export type ProcessesOptions = Omit<RegistryOptions, "ownHome" | "shown"> & {
  /** PM2_HOME of the panel's own daemon. */
  pm2Home: string;
  /** Default: only the panel's own. */
  shown?: RegistryOptions["shown"];
};

export function createProcesses({ pm2Home, shown = "own", ...options }: ProcessesOptions): Processes {
  const own = createProcessHost({ link: createDirectLink({ pm2Home }) });
  const registry = createDaemonRegistry({ ...options, ownHome: pm2Home, shown });
  /** Daemons that did not respond in time. */
  const slow = new WeakSet<DaemonHost>();

  const daemon = async (key: string): Promise<ProcessHost> => {
    if (key === OWN_DAEMON) return own;
    const found = (await registry.look()).get(key);
    if (!found) throw new AppError("not_found", "There is no PM2 daemon of this user.");
    if (!found.host) throw new UnavailableError("down", unreachable(found));
    return found.host;
  };
  const hostOf = (id: string) => daemon(daemonOfDeployment(id));

  const readOther = async (known: KnownDaemon) => {
    const { key, user, home, version, duplicates, host, link, gone } = known;
    const readOnly = link?.readOnlyHint ?? null;
    const base = { key, user, home, version, duplicates, readOnly, processes: null, omitted: 0 };
    if (gone) return { daemon: { ...base, state: "absent" as const, hint: ended(user) }, deployments: [] };
    if (!host) return { daemon: { ...base, state: "unreachable" as const, hint: unreachable(known) }, deployments: [] };
    const reading = host.read();
    reading.then(
      () => slow.delete(host),
      () => undefined,
    );
    try {
      const { deployments, processes, omitted } = await withTimeout(
        reading,
        slow.has(host) ? READ_SLOW_MS : READ_MS,
        () => {
          slow.add(host);
          throw new UnavailableError("down", "This PM2 daemon does not answer.");
        },
      );
      return { daemon: { ...base, state: "up" as const, hint: null, processes, omitted }, deployments };
    } catch (error) {
      return { daemon: { ...base, state: "down" as const, hint: toAppError(error).message }, deployments: [] };
    }
  };

  const readOwn = async () => {
    const base = { key: OWN_DAEMON, user: ownUserName(), home: pm2Home, version: null, readOnly: null, omitted: 0 };
    try {
      const { deployments, processes } = await own.read();
      return { daemon: { ...base, state: "up" as const, hint: null, processes }, deployments, error: undefined };
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      const daemon = { ...base, state: error.state, hint: error.message, processes: null };
      return { daemon, deployments: [], error };
    }
  };

  const readAll = async () => {
    // A failed look leaves the daemons that are known.
    const others = registry.look().then(
      (known) => Promise.all([...known.values()].map(readOther)),
      () => [],
    );
    const [first, more] = await Promise.all([readOwn(), others]);
    more.sort((a, b) => a.daemon.key.localeCompare(b.daemon.key));
    return { first, more };
  };

  /** Joins what each daemon returns. One that fails, or another one that is slow, leaves its apps out. */
  const ofAll = async <T>(read: (host: ProcessHost) => Promise<ReadonlyMap<string, T>>): Promise<Map<string, T>> => {
    const known = await registry.look().catch(() => new Map<string, KnownDaemon>());
    const empty: ReadonlyMap<string, T> = new Map();
    const others = [...known.values()].map(({ host, gone }) =>
      !host || gone
        ? empty
        : withTimeout(read(host), READ_MS, () => {
            throw new UnavailableError("down", "This PM2 daemon does not answer.");
          }).catch(() => empty),
    );
    const ofOwn = read(own).catch(() => empty);
    return new Map((await Promise.all([ofOwn, ...others])).flatMap((found) => [...found]));
  };

  const survey = async (): Promise<Survey> => {
    const { first, more } = await readAll();
    const daemons: Pm2Daemon[] = [
      { ...first.daemon, duplicates: registry.ownDuplicates },
      ...more.map((one) => one.daemon),
    ];
    const up = new Set(daemons.filter(({ state }) => state === "up").map(({ key }) => key));
    // Where no daemon of the panel runs, it has no apps.
    if (first.error?.state === "absent") up.add(OWN_DAEMON);
    const listed = new Set(daemons.map(({ key }) => key));
    return {
      deployments: [first, ...more].flatMap(({ deployments }) => deployments),
      daemons,
      omittedDaemons: registry.omitted,
      own: first.error ? { state: first.error.state, hint: first.error.message } : { state: "up" },
      isUnknown(id) {
        const key = daemonOfDeployment(id);
        return listed.has(key) && !up.has(key);
      },
    };
  };

  return {
    ...own,
    survey,
    daemon,
    async list() {
      const { first, more } = await readAll();
      const others = more.flatMap(({ deployments }) => deployments);
      if (first.error && (first.error.state === "down" || others.length === 0)) throw first.error;
      return [...first.deployments, ...others];
    },
    get: async (id) => (await hostOf(id)).get(id),
    choose: async (wanted, sees) => (await hostOf(wanted.deploymentId)).choose(wanted, sees),
    logFiles: async (id) => (await hostOf(id)).logFiles(id),
    logPaths: async (id) => (await hostOf(id)).logPaths(id),
    linkOf: async (id) => (await hostOf(id)).linkOf(id),
    allLogFiles: () => ofAll((host) => host.allLogFiles()),
    logSizes: () => ofAll((host) => host.logSizes()),
    act: async (id, action) => (await hostOf(id)).act(id, action),
    scale: async (id, instances, onStep) => (await hostOf(id)).scale(id, instances, onStep),
    resetCounts: async (id) => (await hostOf(id)).resetCounts(id),
    signal: async (id, signal) => (await hostOf(id)).signal(id, signal),
    details: async (id) => (await hostOf(id)).details(id),
    trigger: async (id, action, argument) => (await hostOf(id)).trigger(id, action, argument),
    emptyLogs: async (id) => (await hostOf(id)).emptyLogs(id),
    create: async (id, input) => (await hostOf(id)).create(id, input),
    async ports(ids) {
      const byDaemon = Map.groupBy(ids, daemonOfDeployment);
      const found = await Promise.all(
        // Of a daemon that does not respond, nothing is known.
        [...byDaemon].map(async ([key, some]) => (await daemon(key)).ports(new Set(some)).catch(() => new Map())),
      );
      return new Map(found.flatMap((one) => [...one]));
    },
    remove: async (id) => (await hostOf(id)).remove(id),
    restore: async (id) => (await hostOf(id)).restore(id),
    watch(handlers, signal) {
      own.watch(handlers, signal);
      watchOthers(registry.look, handlers, signal);
    },
  };
}

type WatchHandlers = Parameters<ProcessHost["watch"]>[0];

/** Follows the buses of the other daemons, which come and go. */
function watchOthers(
  look: () => Promise<ReadonlyMap<string, KnownDaemon>>,
  { onEvent, onState }: WatchHandlers,
  signal: AbortSignal,
): void {
  const followed = new Map<string, { host: DaemonHost; stop: AbortController }>();
  const sync = async () => {
    const known = await look();
    if (signal.aborted) return;
    for (const [key, { host, stop }] of followed) {
      const now = known.get(key);
      if (now?.host === host && !now.gone) continue;
      stop.abort();
      followed.delete(key);
      onState(false);
    }
    for (const [key, { host, gone }] of known) {
      if (!host || gone || followed.has(key)) continue;
      const stop = new AbortController();
      followed.set(key, { host, stop });
      host.watch({ onEvent: limited(onEvent), onState }, AbortSignal.any([signal, stop.signal]));
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const next = () => {
    if (signal.aborted) return;
    timer = setTimeout(
      () =>
        void sync()
          .catch(() => undefined)
          .finally(next),
      WATCH_MS,
    );
    timer.unref();
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  void sync()
    .catch(() => undefined)
    .finally(next);
}

/** Passes on at most {@link MAX_EVENTS} events in a second: another user's daemon can send any number. */
function limited(onEvent: (event: ProcessEvent) => void): (event: ProcessEvent) => void {
  let since = 0;
  let count = 0;
  return (event) => {
    const now = performance.now();
    if (now - since > 1_000) {
      since = now;
      count = 0;
    }
    if (++count <= MAX_EVENTS) onEvent(event);
  };
}

const ended = (user: string) => `PM2 of ${user} has ended. Its user starts it again with \`pm2 resurrect\`.`;
const unreachable = ({ user, hasForeignSockets }: KnownDaemon) =>
  hasForeignSockets
    ? `The sockets of this PM2 daemon do not belong to ${user}, who runs it. Root can give them back with \`chown\`.`
    : `PM2 of ${user} only answers its own user. Root can show its processes here: \`ai-desktop helper on\`.`;
