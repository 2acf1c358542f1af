import { NEVER, type RunChange } from "../../shared/logs/container-runs.ts";
import type { ProcessEvent, ProcessLogFiles } from "../../shared/pm2/processes.ts";

interface KnownProcess {
  restarts: number;
  /** When the newest delivered run began, in milliseconds. */
  startedAt: number;
  /** The end of its newest run has been delivered. */
  endTold: boolean;
  /** Its end was seen on the bus, with this exit code. */
  seenEnd: { exitCode: number | undefined } | undefined;
  /** Since when the list holds a start that the bus has not sent, in milliseconds of the monotonic clock. */
  behindSince: number | undefined;
  /** Count of restarts at a start found in the list: the bus may send it later. */
  listTold: number | undefined;
}

/** The bus of a busy host comes so much later than the list at most; it alone has each exit code. */
export const BUS_LAG_MS = 1_000;

/** The runs of a deployment that were delivered, as a viewer's cursor holds them. */
export interface RunsTold {
  /** Start of the newest run of any of its processes, in milliseconds. */
  startedAt: number;
  restarts: number;
  processes: number;
  /** The end of the newest run was delivered. */
  ended: boolean;
}

const fresh = { endTold: false, seenEnd: undefined, behindSince: undefined, listTold: undefined };

/** The run a change leads to is known by its mark alone. */
const known = { startedAt: NEVER, ended: false, restartCount: 0 };

/**
 * Runs of the processes of one deployment: which ends and starts its readers have not been told. PM2's bus tells of each,
 * with its exit code; what it did not bring is found by PM2's count of restarts.
 */
export class ProcessRuns {
  /** Changes with every delivered start: an older list says nothing about the newest run. */
  version = 0;
  private readonly processes = new Map<number, KnownProcess>();

  /** The changes an event of the bus stands for. */
  note({ action, pmId, restarts, exitCode, startedAt }: ProcessEvent): RunChange[] {
    const process = pmId === null ? undefined : this.processes.get(pmId);
    if (!process) return [];
    // The list may already have reported it: the bus is later then.
    if (restarts < process.restarts) return [];
    if (action === "exit") process.seenEnd ??= { exitCode };
    if (action !== "online") return [];
    const ends = Math.max(0, restarts - process.restarts);
    if (ends === 0 && process.listTold === restarts) {
      process.listTold = undefined;
      return [];
    }
    // PM2 counts no start after a stop; without an end before it this is the start that is known already.
    if (ends === 0 && !process.seenEnd && !process.endTold) return [];
    return this.restart(process, restarts, ends, process.seenEnd?.exitCode, startedAt);
  }

  /**
   * The changes that the list knows of and the bus has not brought in {@link BUS_LAG_MS}.
   * @param version when the list was asked for: one that the bus has overtaken says nothing
   */
  compare(files: readonly ProcessLogFiles[], version = this.version, now = performance.now()): RunChange[] {
    if (version !== this.version) return [];
    const changes: RunChange[] = [];
    const listed = new Set(files.map(({ pmId }) => pmId));
    for (const pmId of this.processes.keys()) if (!listed.has(pmId)) this.processes.delete(pmId);
    for (const { pmId, restarts, exitCode, running, startedAt } of files) {
      const process = this.processes.get(pmId);
      if (!process || restarts < process.restarts) {
        this.processes.set(pmId, { ...fresh, restarts, startedAt });
        continue;
      }
      const ahead = restarts - process.restarts;
      const isBehind = ahead > 0 || (running && process.endTold);
      if (isBehind && process.behindSince !== undefined && now - process.behindSince >= BUS_LAG_MS) {
        changes.push(...this.restart(process, restarts, ahead, exitCode, startedAt));
        process.listTold = restarts;
      } else {
        process.behindSince = isBehind ? (process.behindSince ?? now) : undefined;
        if (!isBehind) process.startedAt = startedAt;
      }
    }
    return changes;
  }

  get told(): RunsTold {
    const processes = [...this.processes.values()];
    return {
      startedAt: Math.max(0, ...processes.map(({ startedAt }) => startedAt)),
      restarts: processes.reduce((sum, { restarts }) => sum + restarts, 0),
      processes: processes.length,
      ended: processes.every(({ endTold }) => endTold),
    };
  }

  /** Whether the list has to be asked again, because the bus may still tell. */
  get waits(): boolean {
    return [...this.processes.values()].some(({ behindSince }) => behindSince !== undefined);
  }

  /** Returns the end of a deployment of which nothing runs; empty when it was delivered. */
  end(files: readonly ProcessLogFiles[]): RunChange[] {
    const processes = files.flatMap(({ pmId, exitCode }) => {
      const process = this.processes.get(pmId);
      return process && !process.endTold ? [{ process, exitCode }] : [];
    });
    const last = processes.at(-1);
    if (!last) return [];
    for (const { process } of processes) process.endTold = true;
    return [ended(last.process.seenEnd ? last.process.seenEnd.exitCode : last.exitCode, 1)];
  }

  private restart(
    process: KnownProcess,
    restarts: number,
    ends: number,
    exitCode: number | undefined,
    startedAt: number,
  ): RunChange[] {
    const changes: RunChange[] = [];
    this.version++;
    const left = process.endTold ? ends - 1 : Math.max(1, ends);
    if (left > 1) changes.push(ended(undefined, left - 1));
    if (left > 0) changes.push(ended(exitCode, 1));
    changes.push({ kind: "started", time: new Date().toISOString(), known });
    Object.assign(process, { ...fresh, restarts, startedAt } satisfies KnownProcess);
    return changes;
  }
}

/**
 * What a viewer has to be told who was away: how many runs ended, with unknown exit codes, and that another one began.
 * PM2's count begins again for an app that is deleted and started; then at least one ended.
 */
export function missedRuns(before: RunsTold, now: RunsTold): RunChange[] {
  const isSame = before.processes === now.processes;
  if (isSame && now.startedAt === before.startedAt) return [];
  const counted = Math.max(0, now.restarts - before.restarts);
  const ends = isSame && !before.ended ? Math.max(1, counted) : counted;
  const changes = ends > 0 ? [ended(undefined, ends)] : [];
  if (isSame || ends > 0) changes.push({ kind: "started", time: new Date(now.startedAt).toISOString(), known });
  return changes;
}

function ended(exitCode: number | undefined, count: number): RunChange {
  const change: RunChange = { kind: "ended", time: new Date().toISOString(), known };
  if (exitCode === undefined) change.unknownEnds = count;
  else change.exitCode = exitCode;
  return change;
}
