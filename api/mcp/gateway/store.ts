import type { DatabaseSync } from "node:sqlite";
import type { z } from "zod";
import {
  type ChangeGateway,
  type ChangeGatewayClient,
  type ChangeGatewayServer,
  changeGateway,
  changeGatewayClient,
  changeGatewayServer,
  type GatewayCall,
} from "../../../shared/protocol/mcp-gateway.ts";
import { gatewayLimits } from "../../../shared/protocol/mcp-gateway-limits.ts";
import { transact } from "../../database/transact.ts";

const defaults: ChangeGateway = {
  enabled: false,
  nameSpacing: true,
  timeoutSeconds: gatewayLimits.timeoutSeconds.default,
  callsPerMinute: gatewayLimits.callsPerMinute.default,
};
const hiddenServer: ChangeGatewayServer = changeGatewayServer.parse({ enabled: false });
const anyClient: ChangeGatewayClient = { servers: null, callsPerMinute: null };

/** Calls that the history keeps. */
export const HISTORY_MAX = 20_000;
/** Calls between two removals of old ones. */
const TRIM_INTERVAL = 1_000;

/** Settings of the gateway, and the history of calls. Settings are in memory: every request reads them. */
export interface GatewayStore {
  settings(): ChangeGateway;
  change(settings: ChangeGateway): void;
  /** A server without settings is not exposed. */
  server(id: string): ChangeGatewayServer;
  changeServer(id: string, settings: ChangeGatewayServer): void;
  removeServer(id: string): void;
  client(keyId: string): ChangeGatewayClient;
  changeClient(keyId: string, settings: ChangeGatewayClient): void;
  /** Removes the limits of keys that no longer exist. */
  keepClients(keyIds: ReadonlySet<string>): void;
  /** Writes ended calls in one transaction, and removes the oldest. */
  addCalls(calls: readonly GatewayCall[]): void;
  /** Ended calls, latest first. */
  calls(limit: number): GatewayCall[];
}

export function createGatewayStore(database: DatabaseSync): GatewayStore {
  const readAll = <S extends z.ZodType>(table: string, key: string, schema: S): Map<string, z.output<S>> =>
    new Map(
      database
        .prepare(`SELECT ${key} AS key, settings FROM ${table}`)
        .all()
        .map((row) => [String(row.key), schema.parse(JSON.parse(String(row.settings)))]),
    );
  const writer = (table: string, key: string) =>
    database.prepare(
      `INSERT INTO ${table} (${key}, settings) VALUES (?, ?) ON CONFLICT (${key}) DO UPDATE SET settings = excluded.settings`,
    );
  let settings = readAll("mcp_gateway", "id", changeGateway).get("1") ?? defaults;
  const servers = readAll("mcp_gateway_server", "server_id", changeGatewayServer);
  const clients = readAll("mcp_gateway_client", "key_id", changeGatewayClient);
  const write = writer("mcp_gateway", "id");
  const writeServer = writer("mcp_gateway_server", "server_id");
  const writeClient = writer("mcp_gateway_client", "key_id");
  const eraseServer = database.prepare("DELETE FROM mcp_gateway_server WHERE server_id = ?");
  const eraseClient = database.prepare("DELETE FROM mcp_gateway_client WHERE key_id = ?");
  const insertCall = database.prepare("INSERT INTO mcp_gateway_call (call) VALUES (?)");
  const trim = database.prepare("DELETE FROM mcp_gateway_call WHERE id <= (SELECT max(id) FROM mcp_gateway_call) - ?");
  const latest = database.prepare("SELECT call FROM mcp_gateway_call ORDER BY id DESC LIMIT ?");
  let sinceTrim = 0;

  return {
    settings: () => settings,
    change(next) {
      write.run(1, JSON.stringify(next));
      settings = next;
    },
    server: (id) => servers.get(id) ?? hiddenServer,
    changeServer(id, next) {
      writeServer.run(id, JSON.stringify(next));
      servers.set(id, next);
    },
    removeServer(id) {
      if (servers.delete(id)) eraseServer.run(id);
    },
    client: (keyId) => clients.get(keyId) ?? anyClient,
    changeClient(keyId, next) {
      writeClient.run(keyId, JSON.stringify(next));
      clients.set(keyId, next);
    },
    keepClients(keyIds) {
      for (const id of [...clients.keys()]) {
        if (keyIds.has(id)) continue;
        clients.delete(id);
        eraseClient.run(id);
      }
    },
    addCalls(calls) {
      transact(database, () => {
        for (const call of calls) insertCall.run(JSON.stringify(call));
        sinceTrim += calls.length;
        if (sinceTrim < TRIM_INTERVAL) return;
        sinceTrim = 0;
        trim.run(HISTORY_MAX);
      });
    },
    calls: (limit) => latest.all(limit).map((row) => JSON.parse(String(row.call)) as GatewayCall),
  };
}
