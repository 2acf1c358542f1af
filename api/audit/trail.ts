import { close as closeFile, fdatasync, open as openFile } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { AuditEntry, AuditQuery } from "../../shared/protocol/account.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { WAL_MAX_BYTES } from "../database/wal-size.ts";
import { createAnchorStore } from "./anchor.ts";
import type { AuditEvent } from "./audit-event.ts";
import { currentFile } from "./files.ts";
import { loadAuditKey } from "./key.ts";
import { type AuditPage, readTrail } from "./read.ts";
import { createRefusals, REFUSAL_MINUTE_MS } from "./refusals.ts";
import { type Verdict, verifyTrail } from "./verify.ts";
import { createWriter } from "./writer.ts";

export interface Trail {
  /** Writes a line before an action. @throws AppError `storage_full`: the action must not happen unrecorded */
  record(event: AuditEvent): void;
  /** Writes a line about something that has happened, now or, if the disk is full, later. */
  recordAfterwards(event: AuditEvent): void;
  /** Writes a line about a refusal, or counts it: see {@link createRefusals}. Counts are written within a minute. */
  recordRefusal(event: AuditEvent): void;
  read(query: AuditQuery): Promise<AuditPage>;
  verify(): Promise<Verdict>;
  close(): void;
}

/** Outcomes that wait for disk space. No action starts while one waits, so only running actions can add to it. */
const MAX_WAITING = 1_000;
const SYNC_DELAY_MS = 1_000;

export interface TrailOptions {
  dataDir: string;
  log: Log;
  fileMaxBytes?: number;
  closedFilesMax?: number;
  keepDays?: () => number;
  hardFilesMax?: number;
  /** Milliseconds of a monotonic clock. */
  now?: () => number;
}

/** Opens the trail in the state folder. Its database must be migrated already. */
export function openTrail({ dataDir, log, now = () => performance.now(), ...limits }: TrailOptions): Trail {
  const database = new DatabaseSync(join(dataDir, "state.db"));
  database.exec("PRAGMA busy_timeout = 5000");
  database.exec(`PRAGMA journal_size_limit = ${WAL_MAX_BYTES}`);
  const key = loadAuditKey(dataDir);
  const anchor = createAnchorStore(database);
  const append = createWriter({ folder: dataDir, key, anchor, ...limits });
  const waiting: Omit<AuditEntry, "sequence">[] = [];
  let sync: NodeJS.Timeout | undefined;

  const flush = () => {
    for (let entry = waiting[0]; entry; entry = waiting[0]) {
      append(entry);
      waiting.shift();
    }
  };
  const syncLater = () => {
    sync ??= setTimeout(() => {
      sync = undefined;
      syncFile(currentFile(dataDir));
    }, SYNC_DELAY_MS);
    sync.unref();
  };
  const record = (event: AuditEvent) => {
    try {
      flush();
      append(toEntry(event));
      syncLater();
    } catch (error) {
      log.error({ err: error, action: event.action }, "the audit trail cannot be written");
      const message = "The audit trail cannot be written, so nothing was changed. Free some disk space.";
      throw new AppError("storage_full", message, { cause: error });
    }
  };

  const refusals = createRefusals(now);
  let countingSince = 0;
  let summing: NodeJS.Timeout | undefined;
  const writeSummaries = () => {
    clearTimeout(summing);
    summing = undefined;
    for (const event of refusals.summaries()) {
      try {
        record(event);
      } catch {
        return; // the requests are refused even without their lines
      }
    }
  };
  const sumUpLater = () => {
    if (summing) return;
    countingSince = now();
    summing = setTimeout(writeSummaries, REFUSAL_MINUTE_MS);
    summing.unref();
  };
  return {
    record,
    recordAfterwards: (event) => {
      try {
        record(event);
      } catch {
        if (waiting.length < MAX_WAITING) waiting.push(toEntry(event));
      }
    },
    recordRefusal: (event) => {
      if (summing && now() - countingSince >= REFUSAL_MINUTE_MS) writeSummaries();
      const listed = refusals.take(event); // undefined: counted
      try {
        if (listed) record(listed);
      } catch {
        refusals.putBack(event); // the request is refused even without its line
      }
      if (refusals.pending) sumUpLater();
    },
    read: (query) => readTrail(dataDir, query),
    verify: () => verifyTrail(dataDir, key, anchor.read()),
    close: () => {
      clearTimeout(sync);
      writeSummaries();
      try {
        flush();
      } catch (error) {
        log.error({ err: error, lines: waiting.length }, "lines of the audit trail are lost");
      }
      database.close();
    },
  };
}

const cut = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}…` : text);

function toEntry(event: AuditEvent): Omit<AuditEntry, "sequence"> {
  return {
    at: new Date().toISOString(),
    action: cut(event.action, 64),
    outcome: event.outcome,
    status: event.status ?? null,
    actor: { kind: event.actor.kind, id: cut(event.actor.id, 64), name: cut(event.actor.name, 64) },
    target: cut(event.target, 512),
    requestId: cut(event.requestId, 64),
    address: cut(event.address, 64),
    detail: event.detail === undefined ? undefined : cut(event.detail, 512),
  };
}

/** Syncs the file. A line survives a crash of the process at once, and a power cut after this. */
function syncFile(path: string): void {
  openFile(path, "r", (openError, descriptor) => {
    if (openError) return;
    fdatasync(descriptor, () => closeFile(descriptor, () => undefined));
  });
}
