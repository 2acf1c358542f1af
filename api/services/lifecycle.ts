import type { ContainerInspectInfo } from "dockerode";
import { toServiceRun, toState, toTime } from "../../shared/docker/container-views.ts";
import { containerPath, type EngineCalls, hidingEnvironment, withLimit } from "../../shared/docker/engine-calls.ts";
import { toMadeId } from "../../shared/docker/engine-responses.ts";
import { maskEnvironment } from "../../shared/docker/value-mask.ts";
import { maskArguments, maskText } from "../../shared/logs/masking.ts";
import type { ContainerState, ServiceRun } from "../../shared/protocol/service.ts";
import type { ContainerSignal, LimitsChange, ServiceProcess } from "../../shared/protocol/service-change.ts";
import { AppError } from "../../shared/server/errors.ts";
import { engineErrorOf } from "../docker/resource-calls.ts";
import { createRecoverRecreate, type RecoverRecreate } from "../updates/recreate/recover-recreates.ts";
import { createRecreate, type Recreate } from "../updates/recreate/recreate.ts";
import type { RecreateJournal } from "../updates/recreate/recreate-journal.ts";
import { type ContainerPlan, toCreateDocument } from "./container-plan.ts";
import { type InspectView, toInspectView } from "./inspect-view.ts";
import { messages } from "./messages.ts";

/** Changes to one container, and reads of its inside, by exact name or full id. Errors are those of the Docker host. */
export interface DockerLifecycle {
  /** Creates a container without starting it. @returns its full id @throws AppError `conflict` when the name is taken */
  create(plan: ContainerPlan): Promise<string>;
  /** Removes a container and its anonymous volumes, running or not. @throws AppError `not_found` */
  discard(id: string): Promise<void>;
  pause(ref: string): Promise<void>;
  unpause(ref: string): Promise<void>;
  kill(ref: string, signal: ContainerSignal): Promise<void>;
  rename(ref: string, name: string): Promise<void>;
  update(ref: string, change: LimitsChange): Promise<void>;
  recreate: Recreate;
  /** Reverts a recreation that a killed server left unfinished. */
  recoverRecreate: RecoverRecreate;
  /** Processes of a running container, at most {@link PROCESSES_MAX}. */
  processes(ref: string): Promise<ServiceProcess[]>;
  /** Facts that the Engine's list lacks. */
  fact(ref: string): Promise<ContainerFact>;
  /** Result of the last health check; null when there was none. */
  health(ref: string): Promise<HealthResult | null>;
  /** The document of `docker inspect`, without values that could be secrets. */
  inspect(ref: string): Promise<InspectView>;
}

export interface ContainerFact {
  restartCount: number;
  /** ISO 8601; null before the first start. */
  startedAt: string | null;
  restartPolicy: string;
  lastRun: ServiceRun;
  /** State of the container when the fact was read. */
  state: ContainerState;
}

export interface HealthResult {
  /** Masked, at most 500 characters: untrusted text. */
  output: string;
  exitCode: number | null;
  /** Failed checks in a row. */
  failures: number;
  /** ISO 8601. */
  at: string | null;
}

export const PROCESSES_MAX = 500;
const HEALTH_OUTPUT_MAX = 500;
/** The disk may still be busy with a pull. */
const CREATE_LIMIT_MS = 30_000;
const DISCARD_LIMIT_MS = 60_000;
/** Of a recreate. */
const STEP_LIMIT_MS = 60_000;
const COLUMNS = ["pid", "ppid", "user", "pcpu", "rss", "etime", "args"];
const NANO = 1e9;

export function createLifecycle(calls: EngineCalls, journal?: RecreateJournal): DockerLifecycle {
  const { call, inspect } = calls;
  const post = async (ref: string, action: string, more: { query?: Record<string, string>; body?: object } = {}) => {
    const { Id, Config } = await inspect(ref);
    await hidingEnvironment(Config.Env, () => call({ method: "POST", path: containerPath(Id, action), ...more }));
  };
  return {
    async create(plan) {
      const request = { path: "/containers/create", query: { name: plan.name }, body: toCreateDocument(plan) };
      const environment = plan.environment.map(([name, value]) => `${name}=${value}`);
      const made = await hidingEnvironment(environment, () => call({ method: "POST", ...request }, CREATE_LIMIT_MS));
      return toMadeId(made);
    },
    async discard(id) {
      await call({ method: "DELETE", path: containerPath(id), query: { force: true, v: true } }, DISCARD_LIMIT_MS);
    },
    pause: (ref) => post(ref, "pause"),
    unpause: (ref) => post(ref, "unpause"),
    kill: (ref, signal) => post(ref, "kill", { query: { signal } }),
    rename: (ref, name) =>
      post(ref, "rename", { query: { name } }).catch((error: unknown) => {
        if (engineErrorOf(error)?.status !== 409) throw error;
        throw new AppError("conflict", messages.nameTaken, { cause: engineErrorOf(error) });
      }),
    async update(ref, change) {
      const info = await inspect(ref);
      const path = containerPath(info.Id, "update");
      const request = { method: "POST", path, body: toUpdate(info, change) } as const;
      await hidingEnvironment(info.Config.Env, () => call(request)).catch((error: unknown) => {
        const engine = engineErrorOf(error);
        if (!engine || engine.status === 404) throw error;
        throw new AppError("conflict", refusalOfUpdate(engine.message), { cause: engine });
      });
    },
    recreate: createRecreate(withLimit(calls, STEP_LIMIT_MS), journal),
    recoverRecreate: createRecoverRecreate(withLimit(calls, STEP_LIMIT_MS)),
    async processes(ref) {
      const { Id } = await inspect(ref);
      const query = { ps_args: `-eo ${COLUMNS.join(",")}` };
      const answer = (await call({ method: "GET", path: containerPath(Id, "top"), query })) as {
        Processes: string[][];
      };
      return answer.Processes.slice(0, PROCESSES_MAX).map(toProcess);
    },
    async fact(ref) {
      const info = await inspect(ref);
      return {
        restartCount: info.RestartCount,
        startedAt: toTime(info.State.StartedAt),
        restartPolicy: info.HostConfig.RestartPolicy?.Name || "no",
        lastRun: toServiceRun(info),
        state: toState(info.State.Status),
      };
    },
    async health(ref) {
      const { State, Config } = await inspect(ref);
      const last = State.Health?.Log?.at(-1);
      if (!last) return null;
      return {
        output: maskText(maskEnvironment(Config.Env ?? [])(last.Output.trim())).slice(0, HEALTH_OUTPUT_MAX),
        exitCode: last.ExitCode,
        failures: State.Health?.FailingStreak ?? 0,
        at: toTime(last.End) ?? toTime(last.Start),
      };
    },
    inspect: async (ref) => toInspectView(await inspect(ref)),
  };
}

function toUpdate({ HostConfig }: ContainerInspectInfo, { memory, cpus, pids, restartPolicy }: LimitsChange): object {
  return {
    Memory: memory,
    MemorySwap: memory === undefined ? undefined : swapFor(memory, HostConfig),
    NanoCpus: cpus === undefined ? undefined : Math.round(cpus * NANO),
    PidsLimit: pids,
    RestartPolicy: restartPolicy && {
      Name: restartPolicy.name,
      MaximumRetryCount: restartPolicy.name === "on-failure" ? restartPolicy.retries : 0,
    },
  };
}

/** Limit of memory and swap together for a new limit of memory: as before without swap, otherwise double as Docker does. */
function swapFor(memory: number, { Memory = 0, MemorySwap = 0 }: ContainerInspectInfo["HostConfig"]): number {
  if (MemorySwap === -1) return -1;
  return Memory > 0 && MemorySwap === Memory ? memory : memory * 2;
}

function refusalOfUpdate(message: string): string {
  if (/nano ?cpus|cpu quota|cpu period/i.test(message)) {
    return messages.otherCpuLimit;
  }
  if (/restart policy cannot be updated.*autoremove/i.test(message)) {
    return messages.noRestartPolicy;
  }
  if (/range of cpus/i.test(message)) return messages.tooManyCpus;
  return messages.limitsRefused;
}

function toProcess(columns: string[]): ServiceProcess {
  const [pid = "", parent = "", user = "", cpu = "", rss = "", elapsed = "", ...command] = columns;
  return {
    pid: Number(pid),
    parentPid: Number(parent),
    user,
    cpuPercent: Number(cpu) || 0,
    memoryBytes: (Number(rss) || 0) * 1024,
    elapsed,
    command: maskArguments([command.join(" ")]).join(" "),
  };
}
