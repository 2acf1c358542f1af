import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { CreateMcpServer, McpSupervision, McpSupervisionChange } from "../../shared/protocol/mcp.ts";
import { AppError } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

export type McpTransport = CreateMcpServer["transport"];

/** A registered server with its secrets. Only the runner reads it; responses never contain it. */
export interface StoredMcpServer {
  id: string;
  name: string;
  transport: McpTransport;
  desired: "stopped" | "running";
  supervision: McpSupervision;
  createdAt: string;
}

export interface McpStore {
  list(): StoredMcpServer[];
  /** @throws AppError `not_found`. */
  get(id: string): StoredMcpServer;
  /** Undefined when it was removed. */
  find(id: string): StoredMcpServer | undefined;
  add(server: CreateMcpServer): StoredMcpServer;
  change(id: string, server: CreateMcpServer): StoredMcpServer;
  setDesired(id: string, desired: StoredMcpServer["desired"]): void;
  supervise(id: string, change: McpSupervisionChange): StoredMcpServer;
  remove(id: string): void;
}

/** Registered servers. Each may be a process of its own. */
const MAX_SERVERS = 100;
const columns = "id, name, transport, desired, start_with_panel, idle_minutes, lifetime_minutes, created_at";

export function createMcpStore(database: DatabaseSync): McpStore {
  const all = database.prepare(`SELECT ${columns} FROM mcp_server ORDER BY created_at, id`);
  const byId = database.prepare(`SELECT ${columns} FROM mcp_server WHERE id = ?`);
  const count = database.prepare("SELECT count(*) AS servers FROM mcp_server");
  const insert = database.prepare(
    "INSERT INTO mcp_server (id, name, transport, desired, created_at) VALUES (?, ?, ?, 'stopped', ?)",
  );
  const update = database.prepare("UPDATE mcp_server SET name = ?, transport = ? WHERE id = ?");
  const want = database.prepare("UPDATE mcp_server SET desired = ? WHERE id = ?");
  const limit = database.prepare(
    "UPDATE mcp_server SET start_with_panel = ?, idle_minutes = ?, lifetime_minutes = ? WHERE id = ?",
  );
  const erase = database.prepare("DELETE FROM mcp_server WHERE id = ?");

  /** Each call through the gateway looks its server up. */
  const known = new Map<string, StoredMcpServer>();
  const find = (id: string): StoredMcpServer | undefined => {
    const before = known.get(id);
    if (before) return before;
    const row = byId.get(id);
    if (!row) return undefined;
    const found = toServer(row);
    known.set(id, found);
    return found;
  };
  const get = (id: string): StoredMcpServer => {
    const found = find(id);
    if (!found) throw new AppError("not_found", messages.noSuchServer);
    return found;
  };

  return {
    list: () => all.all().map(toServer),
    get,
    find,
    add({ name, transport }) {
      if (Number(count.get()?.servers) >= MAX_SERVERS) {
        throw new AppError("conflict", messages.tooManyServers(MAX_SERVERS));
      }
      const id = randomUUID();
      insert.run(id, name, JSON.stringify(transport), new Date().toISOString());
      return get(id);
    },
    change(id, { name, transport }) {
      known.delete(id);
      update.run(name, JSON.stringify(transport), id);
      return get(id);
    },
    setDesired(id, desired) {
      known.delete(id);
      want.run(desired, id);
    },
    supervise(id, change) {
      const before = get(id).supervision;
      const { startWithPanel = before.startWithPanel } = change;
      const { idleMinutes = before.idleMinutes, lifetimeMinutes = before.lifetimeMinutes } = change;
      known.delete(id);
      limit.run(startWithPanel ? 1 : 0, idleMinutes, lifetimeMinutes, id);
      return get(id);
    },
    remove(id) {
      known.delete(id);
      erase.run(id);
    },
  };
}

const minutes = (value: unknown): number | null => (value === null ? null : Number(value));

const toServer = (row: Record<string, unknown>): StoredMcpServer => ({
  id: String(row.id),
  name: String(row.name),
  transport: JSON.parse(String(row.transport)) as McpTransport,
  desired: row.desired === "running" ? "running" : "stopped",
  supervision: {
    startWithPanel: row.start_with_panel === 1,
    idleMinutes: minutes(row.idle_minutes),
    lifetimeMinutes: minutes(row.lifetime_minutes),
  },
  createdAt: String(row.created_at),
});
