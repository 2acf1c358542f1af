import type { DatabaseSync } from "node:sqlite";
import type { CallToolResult, Progress } from "@modelcontextprotocol/client";
import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type {
  ChangeMcpServer,
  CreateMcpServer,
  McpServer,
  McpSupervisionChange,
  McpTool,
} from "../../../shared/protocol/mcp.ts";
import type { McpDiagnosisStep } from "../../../shared/protocol/mcp-workbench.ts";
import { withTimeout } from "../../../shared/server/async/with-timeout.ts";
import type { Config } from "../../../shared/server/config.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { RealtimeClient } from "../../events/realtime-client.ts";
import { createConcurrencyLimit } from "../../http/concurrency-limit.ts";
import type { LogStore } from "../../logs/log-store.ts";
import { createAddressRules } from "../../outbound/address-rules.ts";
import { createOwnAddresses, type OwnAddressesOptions } from "../../outbound/own-addresses.ts";
import type { McpConnection } from "../connection/connection.ts";
import type { KeepAliveTimes } from "../connection/keep-alive.ts";
import { createProcessRegister } from "../connection/process-register.ts";
import type { RawListener, RawServer, ServerRequest } from "../connection/raw.ts";
import { diagnose } from "../doctor/doctor.ts";
import { createPrograms } from "../launcher/programs.ts";
import { messages } from "../messages.ts";
import { mergeSecrets, oauthView } from "../secrets.ts";
import type { PendingSignIn } from "../sign-in/pending.ts";
import {
  createSignIns,
  hasAuthorization,
  isOtherResource,
  type SignInRequest,
  type SignIns,
} from "../sign-in/sign-ins.ts";
import { createMcpStore, type McpTransport, type StoredMcpServer } from "../store.ts";
import { createMcpWorkbench, type McpWorkbench } from "../workbench/workbench.ts";
import { createCommandList } from "./command-list.ts";
import { createKeptLog } from "./kept-log.ts";
import { observedPeer } from "./observed-peer.ts";
import type { RestartTimes } from "./restart-policy.ts";
import { createMcpRunner, type McpRunner, type RunState } from "./runner.ts";

/** Shortest time between two progress events of one call, in milliseconds. */
const PROGRESS_INTERVAL_MS = 200;
/** Calls of one user to one server, which takes 16: other users still reach it. */
const CALLS_PER_CALLER = 8;
const MAX_CALLS = 1_600;
/** Longest wait for a start, in milliseconds: a first one may install its program for minutes. */
const WAIT_MS = 50_000;

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
  /** @throws AppError `forbidden`, `invalid_input`: why this program or address may not be used */
  check(transport: CreateMcpServer["transport"]): void;
  /** Replaces a registration. A running server restarts if its transport changed, unless someone stops it meanwhile. */
  change(id: string, server: ChangeMcpServer): Promise<McpServer>;
  remove(id: string): Promise<void>;
  /** Resolves when the server runs, or after 50 s while its program is still being installed. */
  start(id: string): Promise<McpServer>;
  stop(id: string): Promise<McpServer>;
  /** Stops it with all its processes, and starts it again. */
  restart(id: string): Promise<McpServer>;
  /** Changes when it starts and ends by itself. */
  supervise(id: string, change: McpSupervisionChange): McpServer;
  /** Resolves what `npx` or `uvx` runs anew; a running server is restarted with it. */
  update(id: string, options: { signal: AbortSignal; onLine?: (line: string) => void }): Promise<McpServer>;
  /** Measures the memory of running servers, for the next `list` or `get`. */
  measure(id?: string): Promise<void>;
  /** Registers a listener for servers that failed or are started again by themselves. Returns its removal. */
  onFailure(listener: (failure: McpFailure) => void): () => void;
  tools(id: string): Promise<McpTool[]>;
  /** Examines the way to a server step by step. @throws AppError `not_found` */
  diagnose(id: string, signal: AbortSignal): Promise<McpDiagnosisStep[]>;
  /** What users see of, and answer to, the servers. */
  readonly workbench: McpWorkbench;
  readonly signIn: McpSignInHost;
  /**
   * Runs `work` on the connection of a server, which starts an idle one. With a `caller` it counts as one of the calls that
   * this user may make at once. @throws AppError `not_found`, `conflict`, `overloaded`
   */
  use<T>(
    id: string,
    work: (connection: McpConnection) => Promise<T>,
    options?: { caller?: string; signal?: AbortSignal },
  ): Promise<T>;
  callTool(id: string, name: string, args: Record<string, unknown>, options?: HostCallOptions): Promise<CallToolResult>;
  /** A server for requests that are passed through. @throws AppError `not_found` */
  upstream(id: string): McpUpstream;
  /** Hears what every server sends and how it changes. One observer at a time: the gateway. */
  observe(observer: McpObserver): void;
  /** The latest log entries, oldest first. */
  log(id: string): McpLog[];
  /** Stops the servers whose program or address is no longer allowed. They stay registered, and say why they stopped. */
  stopForbidden(): Promise<void>;
  /** Stops every server. The next host on this database starts those that ran. */
  close(): Promise<void>;
}

/** Sign-ins at servers by OAuth. A finished one connects the server. @throws AppError */
export interface McpSignInHost extends Pick<SignIns, "open" | "finish"> {
  begin(id: string, request: SignInRequest): Promise<PendingSignIn>;
  /** Stops the server. */
  signOut(id: string): Promise<McpServer>;
}

/** A server as the gateway uses it. Requests start an idle one, and fail with `conflict` when it does not run. */
export interface McpUpstream {
  /** As it is registered. */
  name: string;
  /** What it said in the handshake; undefined while it is not connected. */
  raw(): RawServer | undefined;
  /** The same, of a server that is started when it is idle. */
  wake(): Promise<RawServer>;
  request: McpConnection["pass"];
  subscribe(uri: string): Promise<void>;
  unsubscribe(uri: string): Promise<void>;
}

/** Hears the servers of a host. */
export interface McpObserver {
  /** A server started, ended, was registered, changed or removed. */
  onChange(serverId: string): void;
  onNotification(serverId: string, ...notification: Parameters<RawListener["onNotification"]>): void;
  onRequest(serverId: string, request: ServerRequest): ReturnType<RawListener["onRequest"]>;
  isPassing(serverId: string): boolean;
}

export interface HostCallOptions {
  signal?: AbortSignal;
  /** Id of the progress events sent to the room of the server. */
  progressId?: string;
  /** Id of the user who calls, whose share of the calls to this server is limited. */
  caller?: string;
  /** Longest wait, in milliseconds. */
  timeoutMs?: number;
}

/** A server that failed, and is started again unless it failed too often. */
export interface McpFailure {
  serverId: string;
  name: string;
  why: string;
}

export interface McpHostDeps {
  database: DatabaseSync;
  realtime: Pick<RealtimeClient, "emitToMCP" | "emitToWS">;
  log: Log;
  config: Pick<Config, "MCP_ALLOWED_COMMANDS" | "MCP_ALLOWED_HOSTS"> & OwnAddressesOptions["config"];
  /** Folder for the programs that `npx` and `uvx` run. Without it these two are started themselves. */
  programFolder?: string;
  /** Keeps the output of the servers. Without it only the latest part is kept, in memory. */
  logs?: Pick<LogStore, "append">;
  /** Longest start, in milliseconds. */
  startMs?: number;
  /** How often an HTTP server is pinged. */
  pulse?: KeepAliveTimes;
  restartTimes?: RestartTimes;
  /** Milliseconds of a minute of idle and lifetime limits. */
  minuteMs?: number;
}

/**
 * Opens the registered servers and starts those that should run, in the background.
 * Long because each call of its interface acts on the same map of runners.
 */
export function createMcpHost({ database, realtime, log, config, ...options }: McpHostDeps): McpHost {
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
  const programs = createPrograms({ database, folder: options.programFolder, log });
  const kept = createKeptLog(options.logs);
  const runners = new Map<string, McpRunner>();
  const failureListeners = new Set<(failure: McpFailure) => void>();
  let closed = false;

  let observer: McpObserver | undefined;

  const notifyAll = (serverId: string, action: string) => {
    if (action !== "requests") observer?.onChange(serverId);
    realtime.emitToWS("mcp", "mcp:changed", { serverId, action, timestamp: new Date().toISOString() });
  };

  const workbench = createMcpWorkbench({
    database,
    realtime,
    onPending: (serverId) => notifyAll(serverId, "requests"),
  });

  const signIns = createSignIns({
    database,
    rules: addressRules,
    stored: (serverId) => store.find(serverId),
    onTokens: (serverId) => runners.get(serverId)?.refreshSecrets(),
    onNeeded: (serverId) => notifyAll(serverId, "sign-in"),
    onLost(serverId, why) {
      notifyAll(serverId, "sign-in");
      const runner = runners.get(serverId);
      // A start that is under way fails with the same sentence, and so do the calls that noticed it: they end first.
      if (runner?.status === "running") setImmediate(() => void runner.revoke(why));
    },
  });

  const runnerOf = (serverId: string): McpRunner => {
    const known = runners.get(serverId);
    if (known) return known;
    const runner = createMcpRunner(serverId, {
      commands,
      addressRules,
      register,
      programs,
      log,
      startMs: options.startMs,
      pulse: options.pulse,
      restartTimes: options.restartTimes,
      minuteMs: options.minuteMs,
      stored: () => (closed ? undefined : store.find(serverId)),
      secrets: () => signIns.secrets(serverId),
      authorize: (fetch) => signIns.authorize(store.get(serverId), fetch),
      onRestart(why) {
        const name = store.find(serverId)?.name ?? serverId;
        for (const listener of failureListeners) listener({ serverId, name, why });
      },
      onStatus(status, message) {
        const timestamp = new Date().toISOString();
        kept.status(serverId, status);
        realtime.emitToMCP(serverId, "status", {
          serverId,
          status,
          message: message ?? undefined,
          timestamp,
        });
        notifyAll(serverId, status);
      },
      onLog(entry) {
        realtime.emitToMCP(serverId, "log", entry);
        kept.line(serverId, entry);
      },
      peerOf: (mask) =>
        observedPeer(workbench.peerOf(serverId, mask), {
          onNotification: (method, params) => observer?.onNotification(serverId, method, params),
          onRequest: (request) => observer?.onRequest(serverId, request),
          isPassing: () => observer?.isPassing(serverId) ?? false,
        }),
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
    const runner = runners.get(stored.id);
    const { status = "stopped", message = null, serverInfo = null } = runner ?? {};
    const { id, name, desired, supervision, createdAt } = stored;
    const pendingRequests = workbench.pending(id);
    const transport = withoutValues(stored.transport);
    const program = programs.describe(stored);
    const run = runner?.state() ?? notStarted;
    const signIn = hasAuthorization(stored.transport) ? null : signIns.describe(id);
    return {
      id,
      name,
      transport,
      status,
      message,
      serverInfo,
      desired,
      supervision,
      ...run,
      signIn,
      program,
      pendingRequests,
      createdAt,
    };
  };

  const check = (transport: McpTransport) => {
    if (transport.type === "stdio") commands.check(transport.command, transport.args);
    else addressRules.check(transport.url);
  };

  const revokeIfForbidden = async ({ id, transport }: StoredMcpServer) => {
    const runner = runners.get(id);
    if (!isUp(runner)) return;
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

  const startQuietly = (id: string) => {
    if (!closed) void runnerOf(id).keepRunning();
  };
  const isUp = (runner: McpRunner | undefined): runner is McpRunner =>
    runner !== undefined &&
    runner.status !== "stopped" &&
    (runner.status !== "failed" || runner.state().restarts.nextAt !== null);
  const start = async (id: string): Promise<McpServer> => {
    const { transport } = store.get(id);
    check(transport);
    store.setDesired(id, "running");
    await withTimeout(runnerOf(id).start(), WAIT_MS, () => undefined);
    return describe(store.get(id));
  };

  const orphans = register.endOrphans();
  if (orphans > 0) log.warn({ orphans }, "ended MCP servers that an earlier run left behind");
  for (const { id, desired, supervision } of store.list()) {
    if (desired === "running" && supervision.startWithPanel) startQuietly(id);
  }

  const host: McpHost = {
    list: () => store.list().map(describe),
    get: (id) => describe(store.get(id)),
    check,
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
      const secret = server.transport.type === "http" ? server.transport.oauth?.clientSecret : undefined;
      if (isOtherResource(before.transport, transport)) signIns.forget(id, secret === null ? "kept" : undefined);
      else if (typeof secret === "string") signIns.noteSecret(id);
      notifyAll(id, "changed");
      const runner = runners.get(id);
      if (isUp(runner) && JSON.stringify(before.transport) !== JSON.stringify(stored.transport)) {
        await runner.stop();
        // Someone may have stopped or removed it meanwhile.
        if (store.find(id)?.desired === "running") startQuietly(id);
      }
      return describe(stored);
    },
    async remove(id) {
      store.get(id);
      const runner = runners.get(id);
      runners.delete(id);
      const removeProgram = programs.forget(id);
      signIns.forget(id);
      store.remove(id);
      await runner?.close();
      await removeProgram();
      workbench.forget(id);
      notifyAll(id, "removed");
    },
    start,
    async stop(id) {
      store.get(id);
      store.setDesired(id, "stopped");
      await runners.get(id)?.stop();
      return describe(store.get(id));
    },
    async restart(id) {
      check(store.get(id).transport);
      await runners.get(id)?.stop();
      return start(id);
    },
    supervise(id, change) {
      store.get(id);
      const stored = store.supervise(id, change);
      runners.get(id)?.refreshLimits();
      notifyAll(id, "changed");
      return describe(stored);
    },
    async update(id, { signal, onLine = () => {} }) {
      const stored = store.get(id);
      check(stored.transport);
      const removeOld = await programs.update(stored, { signal, onLine });
      const runner = runners.get(id);
      if (isUp(runner)) {
        await runner.stop();
        if (store.find(id)?.desired === "running") await runner.keepRunning();
      }
      await removeOld();
      notifyAll(id, "changed");
      return describe(store.get(id));
    },
    async measure(id) {
      const measured = id === undefined ? [...runners.values()] : [runners.get(id)];
      for (const runner of measured) await runner?.measure();
    },
    onFailure(listener) {
      failureListeners.add(listener);
      return () => void failureListeners.delete(listener);
    },
    async tools(id) {
      store.get(id);
      return runnerOf(id).use(async (connection) => {
        const tools = await connection.tools();
        workbench.noteStart(id, connection);
        return tools;
      });
    },
    diagnose: (id, signal) => diagnose(id, store.get(id).transport, { host, commands, rules: addressRules }, signal),
    workbench,
    signIn: {
      begin: (id, request) => signIns.begin(store.get(id), request),
      open: signIns.open,
      async finish(finish) {
        const done = await signIns.finish(finish);
        const { serverId } = done;
        store.setDesired(serverId, "running");
        notifyAll(serverId, "sign-in");
        // Another person's token needs another connection.
        await runners.get(serverId)?.stop();
        startQuietly(serverId);
        return done;
      },
      async signOut(id) {
        const server = store.get(id);
        store.setDesired(id, "stopped");
        await runners.get(id)?.stop();
        await signIns.signOut(server);
        notifyAll(id, "sign-in");
        return describe(server);
      },
    },
    async use(id, work, { caller, signal } = {}) {
      store.get(id);
      const use = () => runnerOf(id).use(work);
      return caller === undefined ? use() : calls.run(`${caller} ${id}`, use, signal);
    },
    async callTool(id, name, args, { signal, progressId, caller, timeoutMs } = {}) {
      store.get(id);
      const onProgress = progressId === undefined ? undefined : sendProgress(id, progressId);
      const call = () => runnerOf(id).callTool(name, args, { limitMs: timeoutMs, signal, onProgress });
      return caller === undefined ? call() : calls.run(`${caller} ${id}`, call, signal);
    },
    upstream(id) {
      const { name } = store.get(id);
      const { raw, use } = runnerOf(id);
      return {
        name,
        raw,
        wake: () => use(async (current) => current.raw()),
        request: (method, params, options) => use((current) => current.pass(method, params, options)),
        subscribe: (uri) => use((current) => current.subscribe(uri)),
        unsubscribe: (uri) => use((current) => current.unsubscribe(uri)),
      };
    },
    observe(given) {
      observer = given;
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
      workbench.close();
      await Promise.all([...runners.values()].map((runner) => runner.close()));
    },
  };
  return host;
}

const notStarted: RunState = {
  process: null,
  restarts: { count: 0, nextAt: null, exhausted: false },
  health: null,
  oldTransport: false,
};

function withoutValues(transport: McpTransport): McpServer["transport"] {
  if (transport.type === "http") {
    const { type, url, protocol, headers, oauth } = transport;
    return { type, url, protocol, headerNames: Object.keys(headers), oauth: oauth && oauthView(oauth) };
  }
  const { type, command, args, env } = transport;
  return { type, command, args, envNames: Object.keys(env) };
}
