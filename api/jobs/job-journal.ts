import type { DatabaseSync } from "node:sqlite";
import type { Principal } from "../../shared/protocol/access.ts";

/** A job as it is stored for the next start of the server. */
export interface JournalEntry {
  id: string;
  kind: string;
  target: string;
  services: string[];
  principal: Pick<Principal, "kind" | "id" | "name">;
  requestId: string;
  address: string;
  /** ISO 8601. */
  startedAt: string;
}

/** Stores the running jobs, so that the next start of a killed server reports them as interrupted. */
export interface JobJournal {
  /** The jobs that this start found, oldest first. */
  readonly interrupted: readonly JournalEntry[];
  /** Called before the start of a job. @throws an error of the database, which prevents the start */
  begin(entry: JournalEntry): void;
  end(id: string): void;
  /** The newest interrupted job on that target, until another job on it starts. */
  interruptedOf(family: string, target: string): JournalEntry | undefined;
}

/** Stored interrupted jobs. */
const MAX_INTERRUPTED = 500;
/** The part of a kind before the colon: `stack:up` and `stack:down` are one family. */
const familyOf = (kind: string): string => kind.split(":", 1)[0] ?? kind;

export function createJobJournal(database: DatabaseSync): JobJournal {
  const columns = "id, kind, target, services, actor_kind, actor_id, actor_name, request_id, address, started_at";
  const insert = database.prepare(`INSERT INTO job_open (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const erase = database.prepare("DELETE FROM job_open WHERE id = ?");
  const left = database
    .prepare(`SELECT ${columns} FROM job_open WHERE interrupted_at IS NULL ORDER BY started_at`)
    .all();
  if (left.length > 0) {
    database
      .prepare("UPDATE job_open SET interrupted_at = ? WHERE interrupted_at IS NULL")
      .run(new Date().toISOString());
    database
      .prepare(
        `DELETE FROM job_open WHERE id NOT IN (SELECT id FROM job_open ORDER BY started_at DESC LIMIT ${MAX_INTERRUPTED})`,
      )
      .run();
  }
  const interrupted = new Map(
    database
      .prepare(`SELECT ${columns} FROM job_open ORDER BY started_at`)
      .all()
      .map((row) => [keyOf(String(row.kind), String(row.target)), toEntry(row)]),
  );
  return {
    interrupted: left.map(toEntry),
    begin({ id, kind, target, services, principal, requestId, address, startedAt }) {
      const { kind: actorKind, id: actorId, name } = principal;
      insert.run(id, kind, target, JSON.stringify(services), actorKind, actorId, name, requestId, address, startedAt);
      const before = interrupted.get(keyOf(kind, target));
      if (!before) return;
      erase.run(before.id);
      interrupted.delete(keyOf(kind, target));
    },
    end: (id) => void erase.run(id),
    interruptedOf: (family, target) => interrupted.get(keyOf(family, target)),
  };
}

const keyOf = (kind: string, target: string): string => `${familyOf(kind)} ${target}`;

function toEntry(row: Record<string, unknown>): JournalEntry {
  return {
    id: String(row.id),
    kind: String(row.kind),
    target: String(row.target),
    services: JSON.parse(String(row.services)) as string[],
    principal: {
      kind: String(row.actor_kind) as Principal["kind"],
      id: String(row.actor_id),
      name: String(row.actor_name),
    },
    requestId: String(row.request_id),
    address: String(row.address),
    startedAt: String(row.started_at),
  };
}
