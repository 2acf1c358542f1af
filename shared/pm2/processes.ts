import { join } from "node:path";
import type { Deployment, DeploymentAction } from "../protocol/deployment.ts";
import { createBreaker, DeadlineError } from "../server/breaker.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError } from "../server/errors.ts";
import { decodeArgument } from "./amp.ts";
import { chooseDeployment } from "./deployment-id.ts";
import { followBus } from "./pm2-bus.ts";
import { callPm2, Pm2Error, type Pm2Method } from "./pm2-rpc.ts";
import {
  idOfEntry,
  type ProcessEntry,
  type ProcessEvent,
  parseProcessEvent,
  parseProcessList,
  toDeployments,
} from "./process-views.ts";

export type { ProcessEvent };

/** Where one PM2 process writes: PM2 names the files, and several processes may share them. */
export interface ProcessLogFiles {
  pmId: number;
  name: string;
  /** Null where PM2 keeps no log of it. */
  out: string | null;
  error: string | null;
  /** Where both go, in the order they were written; set where `out` or `error` alone would not hold all. */
  both: string | null;
  running: boolean;
  /** Its newest run is over, whether or not PM2 will start it again. */
  ended: boolean;
  /** PM2's count of restarts. */
  restarts: number;
  /** When its newest run began, in milliseconds; 0 when it never did. */
  startedAt: number;
  /** Of the newest run that ended, where PM2 knows it. */
  exitCode: number | undefined;
}

/**
 * PM2's daemon, spoken to over its own sockets (`rpc.sock`, `pub.sock` in PM2_HOME) so that asking never starts one.
 * Each call ends within 3 s; `act` and `remove` take the process's own time-outs in addition, 40 s at most. Throws `AppError`: `not_found` (no deployment of exactly that id), `upstream_unavailable`.
 */
export interface ProcessHost {
  /** PM2_HOME of the daemon. */
  readonly home: string;
  ping(): Promise<void>;
  list(): Promise<Deployment[]>;
  /**
   * Id of the deployment a client means, among those it sees.
   * @throws AppError `conflict` too: the name alone is that of several apps
   */
  choose(wanted: { deploymentId: string; pm2Name: string }, sees: (id: string) => boolean): Promise<string>;
  /** Log files of every process of one deployment. */
  logFiles(id: string): Promise<ProcessLogFiles[]>;
  act(id: string, action: DeploymentAction): Promise<void>;
  remove(id: string): Promise<void>;
  /**
   * Follows the daemon's event bus until aborted: `onEvent` for each process event, `onState` when the daemon comes
   * or goes. Reconnects by itself, and never starts a daemon.
   */
  watch(handlers: { onEvent(event: ProcessEvent): void; onState(up: boolean): void }, signal: AbortSignal): void;
}

/** A hung daemon is answered within 3 s: a probe, then the call. */
const CALL_LIMIT_MS = 2_000;
const PROBE_LIMIT_MS = 800;
const PROBE_PAUSE_MS = 1_000;
const ACTION_LIMIT_MS = 40_000;
/** PM2's own defaults: how long a process may take to end, and to listen. */
const KILL_TIMEOUT_MS = 1_600;
const LISTEN_TIMEOUT_MS = 3_000;
/** How long PM2 gives the outgoing process of a reload, and some time to spare. */
const GRACE_MS = 10_000;

/** @param options.pm2Home PM2_HOME of the daemon to speak to. */
export function createProcessHost({ pm2Home }: { pm2Home: string }): ProcessHost {
  const rpc = join(pm2Home, "rpc.sock");
  const hangs = () => new UnavailableError("down", "PM2's daemon does not answer; restart it if this lasts.");
  const breaker = createBreaker({
    probe: () =>
      callPm2(rpc, "ping", {}, PROBE_LIMIT_MS).catch((error: unknown) => {
        if (error instanceof DeadlineError) throw error;
      }),
    pauseMs: PROBE_PAUSE_MS,
    refusal: hangs,
  });

  const call = async (method: Pm2Method, argument: unknown, limitMs = CALL_LIMIT_MS): Promise<unknown> => {
    try {
      return await breaker.run(() => callPm2(rpc, method, argument, limitMs));
    } catch (error) {
      if (error instanceof DeadlineError) throw hangs();
      if (!(error instanceof Pm2Error)) throw error;
      if (/unknown|not available/i.test(error.message)) throw notFound();
      if (/in progress/i.test(error.message)) throw new AppError("conflict", "A reload is already running.");
      throw new AppError("conflict", "PM2 could not do this.", { cause: error });
    }
  };
  const list = async () => {
    const answer = await call("getMonitorData", {});
    if (!Array.isArray(answer)) throw new UnavailableError("down", "What answers in PM2_HOME is not PM2's daemon.");
    return parseProcessList(answer);
  };

  const find = async (id: string): Promise<ProcessEntry[]> => {
    const found = (await list()).filter((item) => idOfEntry(item) === id);
    if (found.length === 0) throw notFound();
    return found;
  };

  return {
    home: pm2Home,
    async ping() {
      await call("ping", {});
    },
    list: async () => toDeployments(await list()),
    async choose(wanted, sees) {
      const seen = toDeployments(await list()).filter(({ id }) => sees(id));
      return chooseDeployment(seen, wanted).id;
    },
    async logFiles(id) {
      return (await find(id)).map(({ pm2_env }) => ({
        pmId: pm2_env.pm_id,
        name: pm2_env.name,
        ...toLogFiles(pm2_env),
        running: pm2_env.status === "online",
        ended: endedStatuses.has(pm2_env.status),
        restarts: pm2_env.restart_time,
        startedAt: pm2_env.pm_uptime,
        exitCode: pm2_env.exit_code,
      }));
    },
    async act(id, action) {
      const found = await find(id);
      const run = async ({ pm2_env }: ProcessEntry) => {
        const { kill_timeout = KILL_TIMEOUT_MS, listen_timeout = LISTEN_TIMEOUT_MS, pm_id } = pm2_env;
        const limit = Math.min(ACTION_LIMIT_MS, kill_timeout + listen_timeout + GRACE_MS);
        // An empty environment leaves the process's own as it is.
        if (action === "stop") await call("stopProcessId", pm_id, limit);
        else await call(action === "reload" ? "reloadProcessId" : "restartProcessId", { id: pm_id, env: {} }, limit);
        // The daemon tells its bus of an action only when the caller asks it to, as PM2's own command line does.
        await call("notifyByProcessId", { id: pm_id, action_name: action, manually: true }).catch(() => undefined);
      };
      if (action === "reload") for (const item of found) await run(item);
      else await Promise.all(found.filter((item) => action !== "start" || !isUp(item)).map(run));
    },
    async remove(id) {
      const found = await find(id);
      await Promise.all(found.map(({ pm2_env }) => call("deleteProcessId", pm2_env.pm_id, ACTION_LIMIT_MS)));
    },
    watch({ onEvent, onState }, signal) {
      const onMessage = (topic: string, data: Buffer | undefined) => {
        if (topic !== "process:event") return;
        const event = parseProcessEvent(decodeArgument(data));
        if (event) onEvent(event);
      };
      followBus(join(pm2Home, "pub.sock"), { onMessage, onState }, signal);
    },
  };
}

const endedStatuses: ReadonlySet<string> = new Set(["stopped", "errored", "waiting restart", "one-launch-status"]);
const notFound = () => new AppError("not_found", "PM2 runs no process of that name.");
const isUp = ({ pm2_env }: ProcessEntry) => pm2_env.status === "online" || pm2_env.status === "launching";

/** `/dev/null` or `NULL` in PM2's configuration means that no log is kept. */
const toLogFile = (path: string): string | null => (path === "" || /^(NULL|\/dev\/null)$/i.test(path) ? null : path);

function toLogFiles(env: ProcessEntry["pm2_env"]): Pick<ProcessLogFiles, "out" | "error" | "both"> {
  if (env.disable_logs) return { out: null, error: null, both: null };
  const [out, error, both] = [env.pm_out_log_path, env.pm_err_log_path, env.pm_log_path].map(toLogFile);
  // Where each has its file, that of both says nothing more.
  if (!both || (out && error)) return { out: out ?? null, error: error ?? null, both: null };
  return { out: null, error: null, both };
}
