import type { DatabaseSync } from "node:sqlite";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import { matchesName } from "../../shared/protocol/name-pattern.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import type { Log } from "../../shared/server/log.ts";
import { createSharedWrites } from "../access/identity/user-store-tx.ts";
import { openDatabase } from "./database.ts";

const EVERY_MS = 10_000;
/** PM2 brings its apps back one after the other: a name absent from this many responses belongs to no other app. */
const ANSWERS_MAX = 30;
/** Names of one list, as the API takes them. */
const NAMES_MAX = { user: 500, key: 500, rule: 100 };

type OwnerKind = keyof typeof NAMES_MAX;

const places = {
  user: { table: "user", column: "limits", path: "$.deployments" },
  key: { table: "api_key", column: "limits", path: "$.deployments" },
  rule: { table: "alert_rule", column: "settings", path: "$.subjects.names" },
} as const satisfies Record<OwnerKind, object>;

const isPending = (database: DatabaseSync) =>
  database.prepare("SELECT 1 FROM old_process_name LIMIT 1").get() !== undefined;

/** @param last Whether names that were not found are dropped. */
function adopt(database: DatabaseSync, listed: readonly Deployment[], last: boolean): number {
  let added = 0;
  createSharedWrites(database).write(() => {
    for (const row of database.prepare("SELECT * FROM old_process_name").all()) {
      const kind = String(row.owner_kind) as OwnerKind;
      const { table, column, path } = places[kind];
      const [ownerId, old] = [String(row.owner_id), String(row.name)];
      const met = listed.filter(({ name }) => (kind === "rule" ? matchesName(old, name) : name === old));
      const read = database.prepare(`SELECT json_extract(${column}, ?) AS names FROM ${table} WHERE id = ?`);
      const text = read.get(path, ownerId)?.names;
      const names: string[] = typeof text === "string" ? JSON.parse(text) : [];
      const fresh = met
        .filter(({ id, namespace }) => namespace !== "default" && !names.includes(id))
        .map(({ id }) => id);
      // An empty list means all of them, and no list at all was changed since.
      if (names.length > 0 && fresh.length > 0) {
        const all = JSON.stringify([...names, ...fresh].slice(0, NAMES_MAX[kind]));
        const write = `UPDATE ${table} SET ${column} = json_set(${column}, ?, json(?)) WHERE id = ?`;
        database.prepare(write).run(path, all, ownerId);
        added += fresh.length;
      }
      if (met.length === 0 && !last) continue;
      const settle = "DELETE FROM old_process_name WHERE owner_kind = ? AND owner_id = ? AND name = ?";
      database.prepare(settle).run(kind, ownerId, old);
    }
  });
  return added;
}

export interface NameAdoptionOptions {
  database: DatabaseSync;
  dataDir: string;
  processes: { list(): Promise<Deployment[]> };
  log: Log;
  /** Called when stored lists have grown. */
  onAdopted(): void;
}

/**
 * Rules and limits stored before namespaces counted still apply to every app of their name: apps in other namespaces are
 * added once, as soon as PM2 lists them.
 */
export function adoptProcessNames({ database, dataDir, processes, log, onAdopted }: NameAdoptionOptions) {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let answers = 0;
  const look = async () => {
    try {
      const listed = await processes.list();
      if (closed) return;
      // On a connection of its own, as the command line tools do, so that cached users and keys are read again.
      const own = openDatabase(dataDir);
      try {
        const added = adopt(own, listed, ++answers >= ANSWERS_MAX);
        if (added > 0) onAdopted();
        if (!isPending(own)) return;
      } finally {
        own.close();
      }
    } catch (error) {
      if (!(error instanceof UnavailableError))
        log.error({ err: error }, "names of PM2 apps could not be brought over");
    }
    if (closed) return;
    timer = setTimeout(() => void look(), EVERY_MS);
    timer.unref();
  };
  if (isPending(database)) void look();
  return {
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
