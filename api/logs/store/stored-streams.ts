import type { DatabaseSync } from "node:sqlite";
import type { LogSourceKind } from "../../../shared/protocol/log-search.ts";
import { createStream, type StreamState } from "./stream-state.ts";

/** Reads the streams of a file of the store, in the order in which they were added. */
export function readStreams(database: DatabaseSync): StreamState[] {
  const newestRun = database.prepare("SELECT max(run) AS run FROM mark WHERE stream = ? AND kind = 'started'");
  const fresh = database.prepare(
    "SELECT count(*) AS lines, total(length(text) + 1) AS bytes, max(us) AS us FROM fresh WHERE stream = ?",
  );
  const blocks = database.prepare("SELECT max(max_us) AS us FROM block WHERE stream = ?");
  const rows = database.prepare("SELECT * FROM stream ORDER BY id").all();
  return rows.map((row): StreamState => {
    const id = Number(row.id);
    const { lines, bytes, us } = fresh.get(id) ?? {};
    const position = row.position === null ? null : String(row.position);
    return {
      ...createStream({
        kind: String(row.kind) as LogSourceKind,
        sourceId: String(row.source_id),
        name: String(row.name),
      }),
      id,
      run: Math.max(Number(row.run), Number(newestRun.get(id)?.run ?? 0)),
      startedAt: row.started_at === null ? null : String(row.started_at),
      ended: row.ended === 1,
      removed: row.removed === 1,
      position,
      savedPosition: position,
      nextN: Number(row.next_n),
      lastUs: Math.max(Number(us ?? 0), Number(blocks.get(id)?.us ?? 0)),
      freshLines: Number(lines ?? 0),
      freshBytes: Number(bytes ?? 0),
      changed: false,
    };
  });
}
