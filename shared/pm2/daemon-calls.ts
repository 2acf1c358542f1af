import { createBreaker, DeadlineError } from "../server/async/breaker.ts";
import { UnavailableError } from "../server/dependency.ts";
import { AppError } from "../server/errors.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { deploymentIdOf } from "./deployment-id.ts";
import { Pm2Error, type Pm2Method } from "./pm2-rpc.ts";
import { type ProcessEntry, parseProcessList } from "./process-views.ts";

/** A call to a hung daemon fails within 3 s: a probe, then the call. */
const CALL_LIMIT_MS = 2_000;
const PROBE_LIMIT_MS = 800;
const PROBE_PAUSE_MS = 1_000;

/** The daemon accepts calls and does not answer them. */
export class HangingDaemonError extends UnavailableError {
  constructor() {
    super("down", "PM2's daemon does not answer; restart it if this lasts.");
  }
}

/**
 * The calls of one daemon, with its errors as this panel's own.
 * @throws each: AppError `not_found`, `conflict`, `upstream_unavailable`
 */
export interface DaemonCalls {
  /** Calls a method; `limitMs` is 2 s unless given. */
  call(method: Pm2Method, argument: unknown, limitMs?: number): Promise<unknown>;
  /** PM2's list as it is. */
  listRaw(): Promise<unknown[]>;
  /** The processes of the list, up to the bound. */
  list(): Promise<ProcessEntry[]>;
  /** The processes of a deployment. @throws AppError also `not_found` if there is none */
  find(id: string): Promise<ProcessEntry[]>;
  /** Id of the deployment that a process belongs to. */
  idOf(entry: ProcessEntry): string;
  /** @throws AppError `forbidden` if the processes can only be looked at */
  requireWrite(): void;
}

export interface DaemonCallsOptions {
  link: DaemonLink;
  daemon: string;
  maxProcesses: number | undefined;
  /** Time limit of a call that gives none, in milliseconds; default: 2,000. */
  callLimitMs: number | undefined;
}

export function createDaemonCalls(options: DaemonCallsOptions): DaemonCalls {
  const { link, daemon, maxProcesses, callLimitMs = CALL_LIMIT_MS } = options;
  const hangs = () => new HangingDaemonError();
  const breaker = createBreaker({
    probe: () =>
      link.call("ping", {}, PROBE_LIMIT_MS).catch((error: unknown) => {
        if (error instanceof DeadlineError) throw error;
      }),
    pauseMs: PROBE_PAUSE_MS,
    refusal: hangs,
  });
  const call: DaemonCalls["call"] = async (method, argument, limitMs = callLimitMs) => {
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
  const idOf = ({ pm2_env }: ProcessEntry) => deploymentIdOf(pm2_env.namespace, pm2_env.name, daemon);
  return {
    call,
    listRaw,
    list,
    async find(id) {
      const found = (await list()).filter((item) => idOf(item) === id);
      if (found.length === 0) throw notFound();
      return found;
    },
    idOf,
    requireWrite() {
      if (!link.canWrite)
        throw new AppError("forbidden", link.readOnlyHint ?? "These processes can only be looked at.");
    },
  };
}

export const notFound = () => new AppError("not_found", "PM2 has no process with this name.");
