import type { DatabaseSync } from "node:sqlite";
import type { CallToolResult, Progress } from "@modelcontextprotocol/client";
import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type { ChangeMcpServer, CreateMcpServer, McpServer, McpTool } from "../../../shared/protocol/mcp.ts";
import type { Config } from "../../../shared/server/config.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { RealtimeClient } from "../../events/realtime-client.ts";
import { createConcurrencyLimit } from "../../http/concurrency-limit.ts";
import { createAddressRules } from "../../outbound/address-rules.ts";
import { createOwnAddresses, type OwnAddressesOptions } from "../../outbound/own-addresses.ts";
import type { KeepAliveTimes } from "../connection/keep-alive.ts";
import { createProcessRegister } from "../connection/process-register.ts";
import { messages } from "../messages.ts";
import { mergeSecrets } from "../secrets.ts";
import { createMcpStore, type McpTransport, type StoredMcpServer } from "../store.ts";
import { createCommandList } from "./command-list.ts";
import { createMcpRunner, type McpRunner } from "./runner.ts";

/** Shortest time between two progress events of one call, in milliseconds. */
const PROGRESS_INTERVAL_MS = 200;
/** Calls of one user to one server, which takes 16: other users still reach it. */
const CALLS_PER_CALLER = 8;
const MAX_CALLS = 1_600;

/**
 * Registers, starts, stops and calls MCP servers. Values of environment and headers are never returned.
 *
 * @throws AppError `not_found`, `forbidden` (not in the operator's lists), `invalid_input`, `conflict` (not running),
 * `upstream_unavailable`, `too_large`, `overloaded`.
 */
export interface McpHost {
  list(): McpServer[];
  get(id: string): McpServer;
  create(server: CreateMcpServer): McpServer;
  /** Replaces a registration. A running server restarts if its transport changed, unless someone stops it meanwhile. */
  change(id: string, server: ChangeMcpServer): Promise<McpServer>;
  remove(id: string): Promise<void>;
  start(id: string): Promise<McpServer>;
  stop(id: string): Promise<McpServer>;
  tools(id: string): Promise<McpTool[]>;
  callTool(id: string, name: string, args: Record<string, unknown>, options?: HostCallOptions): Promise<CallToolResult>;
  /** The latest log entries, oldest first. */
  log(id: string): McpLog[];
  /** Stops the servers whose program or address is no longer allowed. They stay registered, and say why they stopped. */
  stopForbidden(): Promise<void>;
  /** Stops every server. The next host on this database starts those that ran. */
  close(): Promise<void>;
}

export interface HostCallOptions {
  signal?: AbortSignal;
  /** Id of the progress events sent to the room of the server. */
  progressId?: string;
  /** Id of the user who calls, whose share of the calls to this server is limited. */
  caller?: string;
}

export interface McpHostDeps {
  database: DatabaseSync;
  realtime: Pick<RealtimeClient, "emitToMCP" | "emitToWS">;
  log: Log;
  config: Pick<Config, "MCP_ALLOWED_COMMANDS" | "MCP_ALLOWED_HOSTS"> & OwnAddressesOptions["config"];
  /** Longest start, in milliseconds. */
  startMs?: number;
  /** How often an HTTP server is pinged. */
  pulse?: KeepAliveTimes;
}

/**
 * Opens the registered servers and starts those that should run, in the background.
 * Long because each call of its interface acts on the same map of runners.
 */
export function createMcpHost({ database, realtime, log, config, startMs, pulse }: McpHostDeps): McpHost {
  const store = createMcpStore(database);
  const commands = createCommandList(() => config.MCP_ALLOWED_COMMANDS);
  const addressRules = createAddressRules(
    () => config.MCP_ALLOWED_HOSTS,
    "MCP_ALLOWED_HOSTS",
    createOwnAddresses({ config }),
  );
  const register = createProcessRegister(database);
  const calls = createConcurrencyLimit({
    total: MAX_CALLS,
    perCaller: CALLS_PER_CALLER,
    message: messages.tooManyCallsOfCaller,
  });
  const runners = new Map<string, McpRunner>();
  let closed = false;

  const notifyAll = (serverId: string, action: string) =>
    realtime.emitToWS("mcp", "mcp:changed", { serverId, action, timestamp: new Date().toISOString() });

  const runnerOf = (serverId: string): McpRunner => {
    const known = runners.get(serverId);
    if (known) return known;
    const runner = createMcpRunner(serverId, {
      commands,
      addressRules,
      register,
      log,
      startMs,
      pulse,
      onStatus(status, message) {
        const timestamp = new Date().toISOString();
        realtime.emitToMCP(serverId, "status", {
          serverId,
          status,
          message: message ?? undefined,
          timestamp,
        });
        notifyAll(serverId, status);
      },
      onLog: (entry) => realtime.emitToMCP(serverId, "log", entry),
      onToolsChanged: () =>
        realtime.emitToMCP(serverId, "tools:changed", { serverId, timestamp: new Date().toISOString() }),
    });
    runners.set(serverId, runner);
    return runner;
  };

  const sendProgress = (serverId: string, progressId: string) => {
    let last = Number.NEGATIVE_INFINITY;
    return ({ progress, total, message }: Progress) => {
      const now = performance.now();
      if (now - last < PROGRESS_INTERVAL_MS) return;
      last = now;
      const timestamp = new Date().toISOString();
      realtime.emitToMCP(serverId, "tool:progress", { serverId, progressId, progress, total, message, timestamp });
    };
  };

  const describe = (stored: StoredMcpServer): McpServer => {
    const { status = "stopped", message = null, serverInfo = null } = runners.get(stored.id) ?? {};
    const { id, name, createdAt } = stored;
    return { id, name, transport: withoutValues(stored.transport), status, message, serverInfo, createdAt };
  };

  const check = (transport: McpTransport) => {
    if (transport.type === "stdio") commands.check(transport.command, transport.args);
    else addressRules.check(transport.url);
  };

  const revokeIfForbidden = async ({ id, transport }: StoredMcpServer) => {
    const runner = runners.get(id);
    if (runner?.status !== "running" && runner?.status !== "starting") return;
    try {
      check(transport);
      // A name that is not in the list any more may have a private address.
      if (transport.type === "http") await addressRules.pin(transport.url);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "forbidden") return;
      log.info({ serverId: id }, "an MCP server is no longer allowed and is stopped");
      await runner.revoke(error.message);
    }
  };

  const startQuietly = ({ id, transport }: StoredMcpServer) => {
    if (closed) return;
    runnerOf(id)
      .start(transport)
      .catch((error: unknown) => log.warn({ err: error, serverId: id }, "an MCP server did not start"));
  };

  const orphans = register.endOrphans();
  if (orphans > 0) log.warn({ orphans }, "ended MCP servers that an earlier run left behind");
  for (const stored of store.list()) if (stored.desired === "running") startQuietly(stored);

  return {
    list: () => store.list().map(describe),
    get: (id) => describe(store.get(id)),
    create(server) {
      check(server.transport);
      const stored = store.add(server);
      notifyAll(stored.id, "created");
      return describe(stored);
    },
    async change(id, server) {
      const before = store.get(id);
      const transport = mergeSecrets(before.transport, server.transport);
      check(transport);
      const stored = store.change(id, { name: server.name, transport });
      notifyAll(id, "changed");
      const runner = runners.get(id);
      const runs = runner?.status === "running" || runner?.status === "starting";
      if (runs && JSON.stringify(before.transport) !== JSON.stringify(stored.transport)) {
        await runner.stop();
        // Someone may have stopped or removed it meanwhile.
        const now = store.list().find((server) => server.id === id);
        if (now?.desired === "running") startQuietly(now);
      }
      return describe(stored);
    },
    async remove(id) {
      store.get(id);
      store.remove(id);
      const runner = runners.get(id);
      runners.delete(id);
      await runner?.close();
      notifyAll(id, "removed");
    },
    async start(id) {
      const stored = store.get(id);
      check(stored.transport);
      store.setDesired(id, "running");
      await runnerOf(id).start(stored.transport);
      return describe(stored);
    },
    async stop(id) {
      const stored = store.get(id);
      store.setDesired(id, "stopped");
      await runners.get(id)?.stop();
      return describe(stored);
    },
    async tools(id) {
      store.get(id);
      return runnerOf(id).tools();
    },
    async callTool(id, name, args, { signal, progressId, caller } = {}) {
      store.get(id);
      const onProgress = progressId === undefined ? undefined : sendProgress(id, progressId);
      const call = () => runnerOf(id).callTool(name, args, { signal, onProgress });
      return caller === undefined ? call() : calls.run(`${caller} ${id}`, call, signal);
    },
    log(id) {
      store.get(id);
      return runners.get(id)?.entries() ?? [];
    },
    async stopForbidden() {
      await Promise.all(store.list().map(revokeIfForbidden));
    },
    async close() {
      closed = true;
      await Promise.all([...runners.values()].map((runner) => runner.close()));
    },
  };
}

function withoutValues(transport: McpTransport): McpServer["transport"] {
  if (transport.type === "http") {
    const { type, url, headers } = transport;
    return { type, url, headerNames: Object.keys(headers) };
  }
  const { type, command, args, env } = transport;
  return { type, command, args, envNames: Object.keys(env) };
}
