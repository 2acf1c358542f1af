import type { LineFormat } from "../logs/pm2/line-parser.ts";
import { OWN_DAEMON } from "../protocol/daemon-key.ts";
import type { Deployment, DeploymentAction } from "../protocol/deployment.ts";
import type { DeploymentDetails, TriggerResult } from "../protocol/deployment-details.ts";
import type {
  CreateDeployment,
  DeploymentPreview,
  PreviewDeployment,
  ProcessHostInfo,
} from "../protocol/process-create.ts";
import type { ProcessListState } from "../protocol/process-list.ts";
import { createBreaker, DeadlineError } from "../server/async/breaker.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError } from "../server/errors.ts";
import { ownUserName } from "./accounts.ts";
import { decodeArgument } from "./amp.ts";
import type { CreateTarget } from "./create/create-process.ts";
import { type HostUser, otherUser, ownUser } from "./create/host-user.ts";
import { listInterpreters } from "./create/interpreters.ts";
import { collectReplies } from "./custom-actions.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { createDeletedApps } from "./deleted-apps.ts";
import { chooseDeployment, deploymentIdOf, partsOfDeployment } from "./deployment-id.ts";
import { type ListeningReaders, portsOfApp, runningPids } from "./listening-apps.ts";
import { emptyLogFiles, logPathsOf, sizeOfLogs, toLogPath } from "./log-files.ts";
import { findLogRotation } from "./log-rotation.ts";
import { Pm2Error, type Pm2Method } from "./pm2-rpc.ts";
import { toDetails } from "./process-details.ts";
import {
  groupProcesses,
  isOwnProcess,
  type ProcessEntry,
  type ProcessEvent,
  parseProcessEvent,
  parseProcessList,
} from "./process-views.ts";
import { boundNames, compareSaved, readSavedList, revisionOf, toSavedList } from "./saved-list.ts";
import { findStartupUnit } from "./startup-unit.ts";

export type { ProcessEvent };

/** Log files of one PM2 process. PM2 names the files; several processes can share them. */
export interface ProcessLogFiles {
  pmId: number;
  name: string;
  /** Null if PM2 keeps no log of it. */
  out: string | null;
  error: string | null;
  /** File with both streams in the order they were written; set if `out` or `error` alone would not contain everything. */
  both: string | null;
  format: LineFormat;
  running: boolean;
  /** Its newest run has ended, whether or not PM2 will start it again. */
  ended: boolean;
  /** PM2's count of restarts. */
  restarts: number;
  /** Start of its newest run, in milliseconds since the epoch; 0 if it never ran. */
  startedAt: number;
  /** Exit code of the newest run that ended, if PM2 knows it. */
  exitCode: number | undefined;
}

/** Details of a deployment, without what the panel itself records. */
export type ProcessDetails = Omit<DeploymentDetails, "exits" | "panelRotation">;

/**
 * PM2's daemon, called over its own sockets (`rpc.sock`, `pub.sock` in PM2_HOME), so that a call never starts a daemon.
 * Each call ends within 3 s; `act`, `scale`, `remove` and `restore` also wait for the timeouts of each process, 40 s at most.
 * @throws AppError `not_found` (no deployment with exactly this id), `upstream_unavailable`
 */
export interface ProcessHost {
  /** PM2_HOME of the daemon. */
  readonly home: string;
  ping(): Promise<void>;
  list(): Promise<Deployment[]>;
  /** The deployment with exactly this id. */
  get(id: string): Promise<Deployment>;
  /**
   * Returns the id of the deployment that a client means, among those it can see.
   * @throws AppError also `conflict`, if several apps have the name
   */
  choose(wanted: { deploymentId: string; pm2Name: string }, sees: (id: string) => boolean): Promise<string>;
  /** Returns the log files of every process of one deployment. */
  logFiles(id: string): Promise<ProcessLogFiles[]>;
  /**
   * How the daemon of a deployment is reached, and how its log files are read: by their paths as well if `direct` is set, then
   * only those of its owner.
   */
  linkOf(id: string): Promise<DaemonLink>;
  /** Every file that PM2 writes the output of the deployment into. */
  logPaths(id: string): Promise<string[]>;
  /** Returns the log files of every deployment, by its id, from one list. */
  allLogFiles(): Promise<ReadonlyMap<string, ProcessLogFiles[]>>;
  /** Bytes of the log files of every deployment, by its id, without rotated ones; null where it is unknown. */
  logSizes(): Promise<ReadonlyMap<string, number | null>>;
  act(id: string, action: DeploymentAction): Promise<void>;
  /**
   * Starts further instances of an app in cluster mode, or deletes the newest ones, until it has `instances`.
   *
   * @param onStep Called after each instance that was started or deleted, with the number of those done and to do
   * @throws AppError also `conflict` for an app in fork mode
   */
  scale(id: string, instances: number, onStep: (done: number, total: number) => void): Promise<void>;
  /** Sets PM2's counts of restarts to zero. */
  resetCounts(id: string): Promise<void>;
  /**
   * Sends a signal to each running process of the id, and to nothing else.
   *
   * @throws AppError also `conflict` if none runs, `not_supported` if the host does not tell what the daemon started
   */
  signal(id: string, signal: NodeJS.Signals): Promise<void>;
  /** Whether the apps come back after a reboot: PM2's start-up unit, and its saved list compared with its list. */
  savedState(): Promise<ProcessListState>;
  /**
   * Saves PM2's list, with every environment in clear, as `pm2 save` does.
   *
   * @param revision Of the state that was shown
   * @throws AppError also `conflict` if something changed since, or for an empty list; `forbidden`
   */
  saveList(revision: string): Promise<void>;
  /** What PM2 and the host know about a deployment beyond the list. */
  details(id: string): Promise<ProcessDetails>;
  /**
   * What these deployments listen on now.
   *
   * @returns Pids of the running processes and their TCP ports, for each id in PM2's list; null ports are unknown.
   */
  ports(ids: ReadonlySet<string>): Promise<Map<string, { pids: number[]; ports: number[] | null }>>;
  /**
   * Runs a custom action of the app in each running process that has it.
   *
   * @returns What each returned; null for a process that did not reply within 10 s.
   * @throws AppError also `conflict` if no running process has the action
   */
  trigger(id: string, action: string, argument: string | undefined): Promise<TriggerResult[]>;
  /**
   * Empties the log files; the processes go on writing into them.
   *
   * @returns Bytes that were deleted.
   * @throws AppError also `conflict` if another app writes into one of them
   */
  emptyLogs(id: string): Promise<number>;
  /** Stops and deletes every process of the id, and remembers their settings for `restore`. */
  remove(id: string): Promise<void>;
  /**
   * Adds again what `remove` deleted, with its settings and environment. What was stopped stays stopped.
   *
   * @throws AppError `gone` if the settings are no longer known, `conflict` if an app has the id again
   */
  restore(id: string): Promise<void>;
  /** Says what a process to create would be, and what hinders it. Starts nothing. */
  preview(preview: PreviewDeployment): Promise<DeploymentPreview>;
  /** Where a process would run: its user, and the interpreters that are installed. */
  interpreters(): Promise<ProcessHostInfo>;
  /**
   * Creates the process of a new id, and waits until it has run for a second. One that does not is removed again.
   *
   * @returns Sentences about what may not be as expected.
   * @throws AppError also `invalid_input`, `conflict` (the id is taken, or it did not stay up), `not_supported`
   */
  create(id: string, input: CreateDeployment): Promise<string[]>;
  /**
   * Follows the daemon's event bus until aborted: calls `onEvent` for each process event, `onState` when the daemon starts
   * or stops. Reconnects by itself, and never starts a daemon.
   */
  watch(handlers: { onEvent(event: ProcessEvent): void; onState(up: boolean): void }, signal: AbortSignal): void;
}

/** A call to a hung daemon fails within 3 s: a probe, then the call. */
const CALL_LIMIT_MS = 2_000;
const PROBE_LIMIT_MS = 800;
const PROBE_PAUSE_MS = 1_000;
const ACTION_LIMIT_MS = 40_000;
/** PM2's defaults: how long a process may take to stop, and to listen. */
const KILL_TIMEOUT_MS = 1_600;
const LISTEN_TIMEOUT_MS = 3_000;
/** How long PM2 waits for the outgoing process of a reload, plus a margin. */
const GRACE_MS = 10_000;

export interface ProcessHostOptions {
  /** How the daemon is reached. */
  link: DaemonLink;
  /** Its key, which precedes the ids of its apps; absent for the panel's own daemon. */
  daemon?: string;
  /** Name of the user it belongs to. */
  user?: string;
  /** Processes beyond it do not exist for this panel. */
  maxProcesses?: number;
}

/** One reading of a daemon's list. */
export interface ProcessReading {
  deployments: Deployment[];
  processes: number;
  /** Processes beyond the bound. */
  omitted: number;
}

/** The processes of one daemon. */
export interface DaemonHost extends ProcessHost {
  read(): Promise<ProcessReading>;
}

export function createProcessHost({
  link,
  daemon = OWN_DAEMON,
  user = ownUserName(),
  maxProcesses,
}: ProcessHostOptions): DaemonHost {
  const idOfEntry = ({ pm2_env }: ProcessEntry) => deploymentIdOf(pm2_env.namespace, pm2_env.name, daemon);
  const toDeployments = (entries: readonly ProcessEntry[]) =>
    groupProcesses(entries, { daemon, user, readOnly: !link.canWrite });
  const requireWrite = () => {
    if (!link.canWrite) throw new AppError("forbidden", link.readOnlyHint ?? "These processes can only be looked at.");
  };
  const hangs = () => new UnavailableError("down", "PM2's daemon does not answer; restart it if this lasts.");
  const breaker = createBreaker({
    probe: () =>
      link.call("ping", {}, PROBE_LIMIT_MS).catch((error: unknown) => {
        if (error instanceof DeadlineError) throw error;
      }),
    pauseMs: PROBE_PAUSE_MS,
    refusal: hangs,
  });

  const call = async (method: Pm2Method, argument: unknown, limitMs = CALL_LIMIT_MS): Promise<unknown> => {
    try {
      return await breaker.run(() => link.call(method, argument, limitMs));
    } catch (error) {
      if (error instanceof DeadlineError) throw hangs();
      if (!(error instanceof Pm2Error)) throw error;
      if (/unknown|not available/i.test(error.message)) throw notFound();
      if (/in progress/i.test(error.message)) throw new AppError("conflict", "A reload is already running.");
      throw new AppError("conflict", "PM2 could not do this.", { cause: error });
    }
  };
  const listRaw = async (): Promise<unknown[]> => {
    const answer = await call("getMonitorData", {});
    if (!Array.isArray(answer)) throw new UnavailableError("down", "What answers in PM2_HOME is not PM2's daemon.");
    return answer;
  };
  const list = async () => parseProcessList((await listRaw()).slice(0, maxProcesses));
  const deleted = createDeletedApps();
  const hostUser = (): HostUser => (daemon === OWN_DAEMON ? ownUser() : otherUser(user, link.home));
  const creation = (): CreateTarget => ({
    home: link.home,
    daemon,
    user: hostUser(),
    call,
    read: listRaw,
    follow: link.followBus,
  });

  const find = async (id: string): Promise<ProcessEntry[]> => {
    const found = (await list()).filter((item) => idOfEntry(item) === id);
    if (found.length === 0) throw notFound();
    return found;
  };

  const allLogFiles = async () =>
    new Map([...Map.groupBy(await list(), idOfEntry)].map(([id, found]) => [id, found.map(toProcessLogFiles)]));

  const removeOne = async (pmId: number) => {
    await call("deleteProcessId", pmId, ACTION_LIMIT_MS).catch((error: unknown) => {
      // It was deleted meanwhile.
      if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    });
  };

  const listening: ListeningReaders = {
    ofProcesses: link.listeningPorts,
    ofDaemon: async () => (await link.daemonPorts?.()) ?? null,
  };

  const savedState = async (): Promise<ProcessListState> => {
    const [raw, saved, unit] = await Promise.all([listRaw(), readSavedList(link), findStartupUnit(link.home, user)]);
    const apps = compareSaved(toSavedList(raw), saved.apps, daemon);
    const { startsPanel, ...foundUnit } = unit;
    // What the installer's unit starts in any case needs no saving.
    const shown = apps.filter(({ id }) => !startsPanel || !isOwnProcess(id));
    return {
      unit: foundUnit,
      saved: { state: saved.state, at: saved.at },
      apps: boundNames(shown),
      revision: revisionOf(apps),
    };
  };

  return {
    home: link.home,
    async ping() {
      await call("ping", {});
    },
    list: async () => toDeployments(await list()),
    async read() {
      const raw = await listRaw();
      const entries = parseProcessList(raw.slice(0, maxProcesses));
      const omitted = Math.max(0, raw.length - (maxProcesses ?? raw.length));
      return { deployments: toDeployments(entries), processes: entries.length, omitted };
    },
    get: async (id) => {
      const [found] = toDeployments(await find(id));
      if (!found) throw notFound();
      return found;
    },
    async choose(wanted, sees) {
      const seen = toDeployments(await list()).filter(({ id }) => sees(id));
      return chooseDeployment(seen, wanted).id;
    },
    async logFiles(id) {
      return (await find(id)).map(toProcessLogFiles);
    },
    logPaths: async (id) => logPathsOf(await find(id)),
    linkOf: async () => link,
    allLogFiles,
    async logSizes() {
      const sizes = new Map<string, number | null>();
      for (const [id, files] of await allLogFiles()) {
        const paths = files.flatMap(({ out, error, both }) => [out, error, both].filter((path) => path !== null));
        sizes.set(id, await sizeOfLogs(link, paths));
      }
      return sizes;
    },
    async act(id, action) {
      requireWrite();
      const found = await find(id);
      const run = async ({ pm2_env }: ProcessEntry) => {
        const { kill_timeout = KILL_TIMEOUT_MS, listen_timeout = LISTEN_TIMEOUT_MS, pm_id } = pm2_env;
        const limit = Math.min(ACTION_LIMIT_MS, kill_timeout + listen_timeout + GRACE_MS);
        // With an empty environment, the process keeps its own.
        if (action === "stop") await call("stopProcessId", pm_id, limit);
        else await call(action === "reload" ? "reloadProcessId" : "restartProcessId", { id: pm_id, env: {} }, limit);
        // The daemon publishes an action on its bus only on request, as PM2's command line does.
        await call("notifyByProcessId", { id: pm_id, action_name: action, manually: true }).catch(() => undefined);
      };
      if (action === "reload") for (const item of found) await run(item);
      else await Promise.all(found.filter((item) => action !== "start" || !isUp(item)).map(run));
    },
    async scale(id, instances, onStep) {
      requireWrite();
      const found = await find(id);
      const [first] = found;
      if (found.some(({ pm2_env }) => pm2_env.exec_mode !== "cluster_mode")) {
        throw new AppError("conflict", "PM2 only scales apps in cluster mode.");
      }
      const total = Math.abs(instances - found.length);
      const source = found.find(isUp) ?? first;
      for (let done = 0; source && found.length + done < instances; done++) {
        await call("duplicateProcessId", source.pm2_env.pm_id, ACTION_LIMIT_MS);
        onStep(done + 1, total);
      }
      // What does not run goes first, then the newest.
      const order = [...found].sort((a, b) => Number(isUp(a)) - Number(isUp(b)) || b.pm2_env.pm_id - a.pm2_env.pm_id);
      for (let done = 0; found.length - done > instances; done++) {
        const next = order[done];
        if (next) await removeOne(next.pm2_env.pm_id);
        onStep(done + 1, total);
      }
    },
    async resetCounts(id) {
      requireWrite();
      for (const { pm2_env } of await find(id)) await call("resetMetaProcessId", pm2_env.pm_id);
    },
    async signal(id, signal) {
      requireWrite();
      const running = (await find(id)).filter((item) => isUp(item) && item.pid > 0);
      if (running.length === 0) throw new AppError("conflict", "None of these processes runs.");
      for (const { pid } of running) await link.sendSignal(pid, signal);
    },
    savedState,
    async saveList(revision) {
      requireWrite();
      const apps = toSavedList(await listRaw());
      const compared = compareSaved(apps, (await readSavedList(link)).apps, daemon);
      if (revisionOf(compared) !== revision) throw new AppError("conflict", "PM2's list changed since it was shown.");
      if (apps.length === 0) throw new AppError("conflict", "PM2 has no process that could be saved.");
      await link.writeSaved(JSON.stringify(apps, null, 2));
    },
    async details(id) {
      const raw = await listRaw();
      const all = parseProcessList(raw);
      const found = all.filter((item) => idOfEntry(item) === id);
      if (found.length === 0) throw notFound();
      const pmIds = found.map(({ pm2_env }) => pm2_env.pm_id);
      return {
        ...toDetails(raw, pmIds),
        ports: await portsOfApp(found, all, listening),
        logBytes: await sizeOfLogs(link, logPathsOf(found)),
        logRotation: await findLogRotation(
          logPathsOf(found),
          all.find(({ pm2_env }) => pm2_env.name === "pm2-logrotate")?.pm2_env.status,
        ),
      };
    },
    async ports(ids) {
      const all = await list();
      const found = new Map<string, { pids: number[]; ports: number[] | null }>();
      for (const id of ids) {
        const entries = all.filter((item) => idOfEntry(item) === id);
        if (entries.length === 0) continue;
        const ports = await portsOfApp(entries, all, listening);
        const numbers = ports && [...new Set(ports.map(({ port }) => port))];
        found.set(id, { pids: runningPids(entries), ports: numbers });
      }
      return found;
    },
    async trigger(id, action, argument) {
      requireWrite();
      const raw = await listRaw();
      const running = parseProcessList(raw).filter((item) => idOfEntry(item) === id && isUp(item));
      const able = running
        .map(({ pm2_env }) => pm2_env.pm_id)
        .filter((pmId) => toDetails(raw, [pmId]).actions.includes(action));
      if (able.length === 0) throw new AppError("conflict", "None of the running processes has this action.");
      const send = (pmId: number) => call("msgProcess", { id: pmId, msg: action, opts: argument });
      return collectReplies(link, { pmIds: able, action, send });
    },
    async emptyLogs(id) {
      requireWrite();
      const all = await list();
      const own = all.filter((item) => idOfEntry(item) === id);
      if (own.length === 0) throw notFound();
      const others = all.filter((item) => idOfEntry(item) !== id);
      return emptyLogFiles(link, logPathsOf(own), logPathsOf(others));
    },
    async remove(id) {
      requireWrite();
      const raw = await listRaw();
      const found = parseProcessList(raw).filter((item) => idOfEntry(item) === id);
      if (found.length === 0) throw notFound();
      const pmIds = found.map(({ pm2_env }) => pm2_env.pm_id);
      deleted.keep(id, pmIds, raw);
      await Promise.all(pmIds.map(removeOne));
    },
    async restore(id) {
      requireWrite();
      if ((await list()).some((item) => idOfEntry(item) === id)) {
        throw new AppError("conflict", "PM2 has a process with this name again.");
      }
      for (const env of deleted.settingsOf(id)) await call("prepare", env, ACTION_LIMIT_MS);
      // Only now: a daemon that was away can be asked again.
      deleted.forget(id);
    },
    async preview(preview) {
      const { previewProcess } = await import("./create/create-process.ts");
      return previewProcess(creation(), preview);
    },
    async interpreters() {
      const found = hostUser();
      return { user: found.name, home: found.home, interpreters: await listInterpreters(found) };
    },
    async create(id, input) {
      requireWrite();
      const { createProcess } = await import("./create/create-process.ts");
      return createProcess(creation(), partsOfDeployment(id), input);
    },
    watch({ onEvent, onState }, signal) {
      const onMessage = (topic: string, data: Buffer | undefined) => {
        if (topic !== "process:event") return;
        const event = parseProcessEvent(decodeArgument(data), daemon);
        if (event) onEvent(event);
      };
      link.followBus({ onMessage, onState }, signal);
    },
  };
}

const endedStatuses: ReadonlySet<string> = new Set(["stopped", "errored", "waiting restart", "one-launch-status"]);
const notFound = () => new AppError("not_found", "PM2 has no process with this name.");
const isUp = ({ pm2_env }: ProcessEntry) => pm2_env.status === "online" || pm2_env.status === "launching";

const toProcessLogFiles = ({ pm2_env }: ProcessEntry): ProcessLogFiles => ({
  pmId: pm2_env.pm_id,
  name: pm2_env.name,
  ...toLogFiles(pm2_env),
  format: { dateFormat: pm2_env.log_date_format || null, json: pm2_env.log_type === "json" },
  running: pm2_env.status === "online",
  ended: endedStatuses.has(pm2_env.status),
  restarts: pm2_env.restart_time,
  startedAt: pm2_env.pm_uptime,
  exitCode: pm2_env.exit_code,
});

function toLogFiles(env: ProcessEntry["pm2_env"]): Pick<ProcessLogFiles, "out" | "error" | "both"> {
  if (env.disable_logs) return { out: null, error: null, both: null };
  const [out, error, both] = [env.pm_out_log_path, env.pm_err_log_path, env.pm_log_path].map(toLogPath);
  // If each stream has a file, the common file contains nothing more.
  if (!both || (out && error)) return { out: out ?? null, error: error ?? null, both: null };
  return { out: null, error: null, both };
}
