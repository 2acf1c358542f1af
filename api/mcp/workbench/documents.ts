import type { DatabaseSync } from "node:sqlite";

export type DocumentKind = "roots" | "call" | "offer" | "offer-before";

export interface McpDocument {
  id: string;
  value: unknown;
  /** ISO 8601. */
  savedAt: string;
}

/** What is stored about an MCP server beside its registration. It is removed with the server. */
export interface McpDocuments {
  list(serverId: string, kind: DocumentKind): McpDocument[];
  get(serverId: string, kind: DocumentKind, id?: string): McpDocument | undefined;
  put(serverId: string, kind: DocumentKind, value: unknown, id?: string): McpDocument;
  /** Returns whether there was one. */
  remove(serverId: string, kind: DocumentKind, id: string): boolean;
}

export function createMcpDocuments(database: DatabaseSync): McpDocuments {
  // By rowid: several are saved within a millisecond, and a change keeps its place.
  const all = database.prepare(
    "SELECT id, value, saved_at FROM mcp_document WHERE server_id = ? AND kind = ? ORDER BY rowid",
  );
  const one = database.prepare(
    "SELECT id, value, saved_at FROM mcp_document WHERE server_id = ? AND kind = ? AND id = ?",
  );
  const write = database.prepare(
    `INSERT INTO mcp_document (server_id, kind, id, value, saved_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (server_id, kind, id) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at`,
  );
  const erase = database.prepare("DELETE FROM mcp_document WHERE server_id = ? AND kind = ? AND id = ?");
  return {
    list: (serverId, kind) => all.all(serverId, kind).map(toDocument),
    get(serverId, kind, id = "") {
      const row = one.get(serverId, kind, id);
      return row && toDocument(row);
    },
    put(serverId, kind, value, id = "") {
      const savedAt = new Date().toISOString();
      write.run(serverId, kind, id, JSON.stringify(value), savedAt);
      return { id, value, savedAt };
    },
    remove: (serverId, kind, id) => Number(erase.run(serverId, kind, id).changes) > 0,
  };
}

const toDocument = (row: Record<string, unknown>): McpDocument => ({
  id: String(row.id),
  value: JSON.parse(String(row.value)) as unknown,
  savedAt: String(row.saved_at),
});
