import type { ProcessLogFiles } from "../../pm2/process-log-files.ts";
import type { ProcessEvent } from "../../pm2/process-views.ts";
import { NEVER, type RunChange } from "../container-runs.ts";

interface KnownProcess {
  restarts: number;
  /** Start of the newest delivered run, in milliseconds since the epoch. */
  startedAt: number;
  /** Whether the end of its newest run was delivered. */
  endDelivered: boolean;
  /** The end of its newest run as received from the bus. */
  seenEnd: { exitCode: number | undefined } | undefined;
  /** Since when the list has a start that the bus has not sent, in milliseconds of the monotonic clock. */
  behindSince: number | undefined;
  /** Restart count of a start that was delivered from the list: the bus may send the same start later. */
  listedRestarts: number | undefined;
  /** Since when the list has it between a crash and the next start, in milliseconds of the monotonic clock. */
  restartingSince: number | undefined;
}

/** Longest delay of the bus behind the list on a busy host. Preferred, since only the bus has every exit code. */
export const BUS_LAG_MS = 1_000;

/** A restart that takes longer has failed: PM2 does not say so when it could not open the log or start the program. */
const RESTART_LIMIT_MS = 10_000;

/** State of the delivered runs of a deployment, as stored in a viewer's cursor. */
export interface DeliveredRuns {
  /** Start of the newest run of any process, in milliseconds since the epoch. */
  startedAt: number;
  restarts: number;
  processes: number;
  /** Whether the end of the newest run was delivered. */
  ended: boolean;
}

const fresh = {
  endDelivered: false,
  seenEnd: undefined,
  behindSince: undefined,
  listedRestarts: undefined,
  restartingSince: undefined,
};

/** Placeholder: a run of PM2 is identified by its mark. */
const known = { startedAt: NEVER, ended: false, restartCount: 0 };

/**
 * The runs of a deployment's processes. Finds the ends and starts that its readers have not received: from PM2's bus, with
 * exit codes, and those that the bus missed from PM2's restart counts.
 */
export class ProcessRuns {
  /** Increases with every delivered start: a list from before is outdated. */
  version = 0;
  private readonly processes = new Map<number, KnownProcess>();

  /** Returns the changes that an event of the bus means. */
  note({ action, pmId, restarts, exitCode, startedAt }: ProcessEvent): RunChange[] {
    const process = pmId === null ? undefined : this.processes.get(pmId);
    if (!process) return [];
    // Already delivered from the list: the bus was slower.
    if (restarts < process.restarts) return [];
    if (action === "exit") process.seenEnd ??= { exitCode };
    if (action !== "online") return [];
    const ends = Math.max(0, restarts - process.restarts);
    if (ends === 0 && process.listedRestarts === restarts) {
      process.listedRestarts = undefined;
      return [];
    }
    // PM2 does not count a start after a stop, and lists a count early. Without an end before it, this start is already known.
    const isLater = process.startedAt > 0 && startedAt > process.startedAt;
    if (ends === 0 && !process.seenEnd && !process.endDelivered && !isLater) return [];
    return this.restart(process, restarts, ends, process.seenEnd?.exitCode, startedAt);
  }

  /**
   * Returns the changes in the list that the bus has not sent within {@link BUS_LAG_MS}.
   * @param version at the time the list was requested: an outdated list causes no changes
   */
  compare(files: readonly ProcessLogFiles[], version = this.version, now = performance.now()): RunChange[] {
    if (version !== this.version) return [];
    const changes: RunChange[] = [];
    const listed = new Set(files.map(({ pmId }) => pmId));
    for (const pmId of this.processes.keys()) if (!listed.has(pmId)) this.processes.delete(pmId);
    for (const { pmId, restarts, exitCode, running, restarting, startedAt } of files) {
      const process = this.processes.get(pmId);
      const since = restarting ? (process?.restartingSince ?? now) : undefined;
      if (!process || restarts < process.restarts) {
        this.processes.set(pmId, { ...fresh, restarts, startedAt, restartingSince: since });
        continue;
      }
      process.restartingSince = since;
      // The count may be early. One that is too low is made up for by the next start.
      const ahead = restarting ? Math.max(0, restarts - 1 - process.restarts) : restarts - process.restarts;
      const isBehind = ahead > 0 || (running && process.endDelivered);
      if (isBehind && process.behindSince !== undefined && now - process.behindSince >= BUS_LAG_MS) {
        const count = process.restarts + ahead;
        // The exit code of a process that restarts is that of its newest run, whose end is not among these.
        changes.push(...this.restart(process, count, ahead, restarting ? undefined : exitCode, startedAt));
        process.listedRestarts = count;
        process.restartingSince = since;
      } else {
        process.behindSince = isBehind ? (process.behindSince ?? now) : undefined;
        if (!isBehind) process.startedAt = startedAt;
      }
    }
    return changes;
  }

  /** Whether the newest run of a listed process has ended and no other follows by itself. */
  hasEnded({ pmId, ended }: ProcessLogFiles, now = performance.now()): boolean {
    const since = this.processes.get(pmId)?.restartingSince;
    return ended || (since !== undefined && now - since >= RESTART_LIMIT_MS);
  }

  get delivered(): DeliveredRuns {
    const processes = [...this.processes.values()];
    return {
      startedAt: Math.max(0, ...processes.map(({ startedAt }) => startedAt)),
      restarts: processes.reduce((sum, { restarts }) => sum + restarts, 0),
      processes: processes.length,
      ended: processes.every(({ endDelivered }) => endDelivered),
    };
  }

  /** Whether the list must be read again, because the bus may still send a change. */
  get waits(): boolean {
    return [...this.processes.values()].some(({ behindSince }) => behindSince !== undefined);
  }

  /** Returns the end of a deployment without running processes; empty if it was delivered. */
  end(files: readonly ProcessLogFiles[]): RunChange[] {
    const processes = files.flatMap(({ pmId, exitCode }) => {
      const process = this.processes.get(pmId);
      return process && !process.endDelivered ? [{ process, exitCode }] : [];
    });
    const last = processes.at(-1);
    if (!last) return [];
    for (const { process } of processes) process.endDelivered = true;
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
    const left = process.endDelivered ? ends - 1 : Math.max(1, ends);
    if (left > 1) changes.push(ended(undefined, left - 1));
    if (left > 0) changes.push(ended(exitCode, 1));
    changes.push({ kind: "started", time: new Date().toISOString(), known });
    Object.assign(process, { ...fresh, restarts, startedAt } satisfies KnownProcess);
    return changes;
  }
}

/**
 * Returns the changes that a viewer missed between two states: how many runs ended, with unknown exit codes, and a start.
 * PM2's count starts again for an app that is deleted and started; then at least one run ended.
 */
export function missedRuns(before: DeliveredRuns, now: DeliveredRuns): RunChange[] {
  const isSame = before.processes === now.processes;
  if (isSame && now.startedAt === before.startedAt) return [];
  const counted = Math.max(0, now.restarts - before.restarts);
  // After an end that was delivered, the first count of each process is its next start: `pm2 start` alone is not counted.
  const ends = !isSame ? counted : before.ended ? Math.max(0, counted - before.processes) : Math.max(1, counted);
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
