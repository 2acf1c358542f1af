import { daemonOfDeployment, OWN_DAEMON } from "../protocol/daemon-key.ts";
import type { Deployment } from "../protocol/deployment.ts";
import type { Pm2Daemon } from "../protocol/pm2-daemon.ts";
import type { DependencyState } from "../protocol/system.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError, toAppError } from "../server/errors.ts";
import { createAccounts, ownUserName } from "./accounts.ts";
import { createReadings, isSuspended, READ_BRIDGED_MS, READ_MS } from "./daemon-readings.ts";
import { createDaemonRegistry, type KnownDaemon, type RegistryOptions } from "./daemon-registry.ts";
import { createDirectLink } from "./direct-link.ts";
import type { ProcessHost } from "./process-host.ts";
import { createProcessHost } from "./processes.ts";
import { daemonPid } from "./send-signal.ts";
import { WATCH_MS, watchOthers } from "./watch-daemons.ts";

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
  /** Time limit of a call to the panel's own daemon, in milliseconds; default: 2,000. */
  callLimitMs?: number;
  /** Interval at which a watch looks for other daemons, in milliseconds. */
  watchMs?: number;
};

export function createProcesses(all: ProcessesOptions): Processes {
  const { pm2Home, shown = "own", watchMs = WATCH_MS, callLimitMs, ...options } = all;
  const { accountOf = createAccounts() } = options;
  const own = createProcessHost({ link: createDirectLink({ pm2Home }), accountOf, callLimitMs });
  const registry = createDaemonRegistry({ ...options, accountOf, ownHome: pm2Home, shown });
  const readings = createReadings();

  const daemon = async (key: string): Promise<ProcessHost> => {
    if (key === OWN_DAEMON) return own;
    const found = (await registry.look()).get(key);
    if (!found) throw new AppError("not_found", "There is no PM2 daemon of this user.");
    if (!found.host) throw new UnavailableError("down", unreachable(found));
    return found.host;
  };
  const hostOf = (id: string) => daemon(daemonOfDeployment(id));

  const readOther = async (known: KnownDaemon) => {
    const { key, user, home, version, duplicates, host, link, gone, pid, reach } = known;
    const readOnly = link?.readOnlyHint ?? null;
    const base = { key, user, home, version, duplicates, readOnly, processes: null, omitted: 0 };
    if (gone) return { daemon: { ...base, state: "absent" as const, hint: ended(user) }, deployments: [] };
    if (!host) return { daemon: { ...base, state: "unreachable" as const, hint: unreachable(known) }, deployments: [] };
    try {
      // It would not answer: nobody waits for it.
      if (await isSuspended(pid)) throw new UnavailableError("down", suspended(pid));
      const { deployments, processes, omitted } = await readings.read(host, {
        limitMs: reach === "bridge" ? READ_BRIDGED_MS : READ_MS,
      });
      return { daemon: { ...base, state: "up" as const, hint: null, processes, omitted }, deployments };
    } catch (error) {
      const isMissing = error instanceof UnavailableError && error.state === "absent";
      const hint = isMissing ? withoutSockets : toAppError(error).message;
      return { daemon: { ...base, state: "down" as const, hint }, deployments: [] };
    }
  };

  const readOwn = async () => {
    const base = { key: OWN_DAEMON, user: ownUserName(), home: pm2Home, version: null, readOnly: null, omitted: 0 };
    try {
      const pid = await daemonPid(pm2Home);
      // Its file can name any process: only one that also hangs is said to be suspended.
      const isStopped = await isSuspended(pid);
      const { deployments, processes } = await readings.read(own, { isHanging: isStopped }).catch((error: unknown) => {
        throw isStopped && isDown(error) ? new UnavailableError("down", suspended(pid), error) : error;
      });
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
      !host || gone ? empty : readings.within(host, read(host), READ_MS).catch(() => empty),
    );
    const ofOwn = readings.within(own, read(own)).catch(() => empty);
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
      // Of a daemon that does not respond, or is not there any more, nothing is known.
      const found = [...byDaemon].map(([key, some]) =>
        daemon(key)
          .then((host) => readings.within(host, host.ports(new Set(some))))
          .catch(() => new Map<string, never>()),
      );
      return new Map((await Promise.all(found)).flatMap((one) => [...one]));
    },
    remove: async (id) => (await hostOf(id)).remove(id),
    restore: async (id) => (await hostOf(id)).restore(id),
    watch(handlers, signal) {
      own.watch(handlers, signal);
      watchOthers(registry.look, handlers, signal, watchMs);
    },
  };
}

const isDown = (error: unknown) => error instanceof UnavailableError && error.state === "down";
const ended = (user: string) => `PM2 of ${user} has ended. Its user starts it again with \`pm2 resurrect\`.`;
const suspended = (pid: number | null) =>
  `PM2's daemon is suspended (SIGSTOP): its apps run on. \`kill -CONT ${pid}\` as its user resumes it.`;
const withoutSockets =
  "The sockets of this PM2 daemon are not there: it starts, or they were deleted. If this lasts, its user ends it and starts the apps again.";
const unreachable = ({ user, hasForeignSockets }: KnownDaemon) =>
  hasForeignSockets
    ? `The sockets of this PM2 daemon do not belong to ${user}, who runs it. Root can give them back with \`chown\`.`
    : `PM2 of ${user} only answers its own user. Root can show its processes here: \`ai-desktop helper on\`.`;
