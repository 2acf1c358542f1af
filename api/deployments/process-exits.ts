import type { DatabaseSync } from "node:sqlite";
import type { ProcessHost } from "../../shared/pm2/process-host.ts";
import type { ProcessEvent } from "../../shared/pm2/process-views.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import type { DeploymentDetails, ProcessExit } from "../../shared/protocol/deployment-details.ts";
import { transact } from "../database/transact.ts";

const MAX_PROCESSES = 500;
/** Ends of one app, and how long each is kept. */
const MAX_EXITS = 50;
const KEPT_MS = 30 * 24 * 60 * 60 * 1_000;
/** Ends of all apps: what deleted ones leave behind. */
const MAX_ROWS = 25_000;
/** Ends that the bus reported and no list has confirmed yet, of all processes. */
const MAX_REPORTED = 1_000;

/**
 * How often processes ended, and with what: PM2 only keeps a count and the last exit code. Counts come from PM2's list, the exit
 * code of each end from PM2's bus. Kept in the database: 50 ends of an app, for 30 days.
 */
export interface ProcessExits {
  /**
   * Takes a list that was read at `at`, in milliseconds since the epoch.
   *
   * @param isUnknown Whether the list says nothing about an id: what is known of it stays
   */
  note(deployments: readonly Deployment[], at: number, isUnknown?: (id: string) => boolean): void;
  of(id: string): DeploymentDetails["exits"];
  /** Stops following PM2's bus. */
  close(): void;
}

interface Reported {
  at: number;
  exitCode: number | undefined;
}

type Row = { at: string; pm_id: number; restarts: number; exit_code: number | null };

export function createProcessExits({
  database,
  processes,
}: {
  database: DatabaseSync;
  processes: Pick<ProcessHost, "watch">;
}): ProcessExits {
  /** Counts of restarts at the last reading, by app and number of the process. */
  let counts = new Map<string, number>();
  const reported = new Map<string, Reported>();
  const stop = new AbortController();
  const insert = database.prepare(
    "INSERT INTO process_exit (app, at, pm_id, restarts, exit_code) VALUES (?, ?, ?, ?, ?)",
  );
  const prune = database.prepare(
    "DELETE FROM process_exit WHERE app = ? AND id NOT IN (SELECT id FROM process_exit WHERE app = ? ORDER BY id DESC LIMIT ?)",
  );
  const expire = database.prepare(
    "DELETE FROM process_exit WHERE at < ? OR id <= (SELECT max(id) FROM process_exit) - ?",
  );
  const read = database.prepare(
    "SELECT at, pm_id, restarts, exit_code FROM process_exit WHERE app = ? ORDER BY id DESC",
  );
  const start = database.prepare("SELECT at FROM process_exit_start");
  const setStart = database.prepare("INSERT INTO process_exit_start (at) VALUES (?)");

  const onEvent = ({ id, action, pmId, restarts, exitCode }: ProcessEvent) => {
    if (action !== "exit" || pmId === null) return;
    reported.set(reportKey(id, pmId, restarts), { at: Date.now(), exitCode });
    for (const key of reported.keys()) if (reported.size > MAX_REPORTED) reported.delete(key);
  };
  processes.watch({ onEvent, onState: () => undefined }, stop.signal);

  /** The ends of one process since the last reading, oldest first. PM2 restarted it after each. */
  const endsOf = (id: string, instance: Deployment["instances"][number], at: number): ProcessExit[] => {
    const { pmId, restarts, exitCode, startedAt } = instance;
    const before = counts.get(countKey(id, pmId));
    // A lower count was reset, or is of a process that was added anew.
    if (before === undefined || restarts <= before) return [];
    const ends: ProcessExit[] = [];
    let unseen = 0;
    for (let count = Math.max(before, restarts - MAX_EXITS); count < restarts; count++) {
      const known = reported.get(reportKey(id, pmId, count));
      reported.delete(reportKey(id, pmId, count));
      if (known) ends.push({ at: toTime(known.at), pmId, restarts: 1, exitCode: known.exitCode ?? null });
      else unseen++;
    }
    unseen += Math.max(0, restarts - MAX_EXITS - before);
    if (unseen === 0) return ends;
    // The exit code that PM2 keeps is that of the newest end.
    const isNewest = ends.length === 0;
    return [{ at: startedAt ?? toTime(at), pmId, restarts: unseen, exitCode: isNewest ? exitCode : null }, ...ends];
  };

  return {
    note(deployments, at, isUnknown = () => false) {
      const listed = deployments.slice(0, MAX_PROCESSES);
      const fresh = listed.map(({ id, instances }) => ({
        id,
        ends: instances.flatMap((instance) => endsOf(id, instance, at)),
      }));
      const kept = [...counts].filter(([key]) => isUnknown(key.slice(key.indexOf(" ") + 1)));
      counts = new Map([
        ...kept,
        ...listed.flatMap(({ id, instances }) =>
          instances.map(({ pmId, restarts }): [string, number] => [countKey(id, pmId), restarts]),
        ),
      ]);
      const isFirst = start.get() === undefined;
      if (!isFirst && fresh.every(({ ends }) => ends.length === 0)) return;
      transact(database, () => {
        if (isFirst) setStart.run(toTime(at));
        expire.run(toTime(at - KEPT_MS), MAX_ROWS);
        for (const { id, ends } of fresh) {
          for (const end of ends) insert.run(id, end.at, end.pmId, end.restarts, end.exitCode);
          if (ends.length > 0) prune.run(id, id, MAX_EXITS);
        }
      });
    },
    of(id) {
      const since = (start.get() as { at: string } | undefined)?.at ?? null;
      const oldest = toTime(Date.now() - KEPT_MS);
      const rows = read.all(id) as Row[];
      return {
        since: since !== null && since < oldest ? oldest : since,
        list: rows
          .filter(({ at }) => at >= oldest)
          .map(({ at, pm_id, restarts, exit_code }) => ({ at, pmId: pm_id, restarts, exitCode: exit_code })),
      };
    },
    close: () => stop.abort(),
  };
}

const countKey = (id: string, pmId: number) => `${pmId} ${id}`;
const reportKey = (id: string, pmId: number, restarts: number) => `${restarts} ${pmId} ${id}`;
const toTime = (at: number) => new Date(at).toISOString();
