import type { CallToolResult, Progress } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type { McpServer, McpServerStatus, McpTool } from "../../../shared/protocol/mcp.ts";
import { singleFlight } from "../../../shared/server/async/single-flight.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import type { CallOptions, ConnectOptions, McpConnection } from "../connection/connection.ts";
import { SignInRequired } from "../connection/http-responses.ts";
import type { KeepAliveTimes } from "../connection/keep-alive.ts";
import type { OwnedTree, TreeUsage } from "../connection/owned-tree.ts";
import type { McpPeer } from "../connection/peer.ts";
import type { ProcessRegister } from "../connection/process-register.ts";
import type { RawServer } from "../connection/raw.ts";
import type { Programs } from "../launcher/programs.ts";
import { messages } from "../messages.ts";
import type { StoredMcpServer } from "../store.ts";
import type { CommandList } from "./command-list.ts";
import { createLogFeed } from "./log-feed.ts";
import {
  createRestartPolicy,
  LOCAL_RESTARTS,
  REMOTE_RESTARTS,
  type RestartPolicy,
  type RestartTimes,
  restartBound,
} from "./restart-policy.ts";
import { createRunLimits } from "./run-limits.ts";

/** From the start of the process to the end of the handshake. */
const START_MS = 20_000;
/** The web app waits 60 s for a response. */
export const CALL_MS = 55_000;
/** Age of a measured memory that is returned again. */
const USAGE_MS = 2_000;

export interface McpRunnerDeps {
  /** The registration as it is now; undefined when it was removed. */
  stored(): StoredMcpServer | undefined;
  commands: CommandList;
  addressRules: AddressRules;
  register: ProcessRegister;
  programs: Programs;
  log: Log;
  onStatus(status: McpServerStatus, message: string | null): void;
  onLog(entry: McpLog): void;
  /** The client side of its connections; `mask` hides its secrets. */
  peerOf(mask: (text: string) => string): McpPeer;
  /** The values of its sign-in that are masked. */
  secrets(): string[];
  authorize: NonNullable<ConnectOptions["authorize"]>;
  /** It is started again by itself, or would be if it had not failed too often. */
  onRestart(why: string): void;
  /** Shorter in tests. */
  startMs?: number | undefined;
  pulse?: KeepAliveTimes | undefined;
  restartTimes?: RestartTimes | undefined;
  minuteMs?: number | undefined;
}

/** What is known of a run, beside its status. */
export type RunState = Pick<McpServer, "process" | "restarts" | "health" | "oldTransport">;

/** One registered server: its state, its connection and its log. */
export interface McpRunner {
  readonly status: McpServerStatus;
  readonly message: string | null;
  readonly serverInfo: { name: string; version: string } | null;
  state(): RunState;
  /** Measures its memory, at most once in two seconds. */
  measure(): Promise<void>;
  /**
   * Starts it for a person. Resolves when the server runs. Concurrent calls share one start. @throws AppError with the reason.
   */
  start(): Promise<void>;
  /** Starts it for the panel: a start that fails is tried again, and is no error. */
  keepRunning(): Promise<void>;
  /** Stops the server or a running start. Resolves when all its processes have ended. */
  stop(): Promise<void>;
  /** The limits have changed. */
  refreshLimits(): void;
  /** The values that are masked have changed. */
  refreshSecrets(): void;
  tools(): Promise<McpTool[]>;
  callTool(name: string, args: Record<string, unknown>, options?: Partial<CallOptions>): Promise<CallToolResult>;
  /** Runs a call on the connection, which starts an idle server. @throws AppError `conflict` when it does not run */
  use<T>(work: (connection: McpConnection) => Promise<T>): Promise<T>;
  /** What the connected server said in the handshake; undefined while it is not connected. */
  raw(): RawServer | undefined;
  entries(): McpLog[];
  /** Stops the server or a running start because it is no longer allowed: it has failed with this message. */
  revoke(why: string): Promise<void>;
  /** Stops it permanently. */
  close(): Promise<void>;
}

/** Long because start, restart, limits and end act on the same connection. */
export function createMcpRunner(id: string, deps: McpRunnerDeps): McpRunner {
  const { log, onStatus, startMs = START_MS } = deps;
  const feed = createLogFeed(id, deps.onLog);
  const peer = deps.peerOf(feed.mask);
  let status: McpServerStatus = "stopped";
  let message: string | null = null;
  let connection: McpConnection | undefined;
  let starting: { done: Promise<void>; abort: AbortController } | undefined;
  let closing: Promise<void> | undefined;
  /** Someone wants it to run: a failure is followed by a restart. */
  let wanted = false;
  let policy: RestartPolicy | undefined;
  let retry: { timer: NodeJS.Timeout; at: string } | undefined;
  let tree: OwnedTree | undefined;
  let usage: (TreeUsage & { at: number }) | undefined;

  const setStatus = (next: McpServerStatus, why: string | null = null) => {
    if (status === next && message === why) return;
    status = next;
    message = why;
    onStatus(next, why);
  };
  const policyOf = (remote: boolean): RestartPolicy => {
    policy ??= createRestartPolicy(deps.restartTimes ?? (remote ? REMOTE_RESTARTS : LOCAL_RESTARTS), !remote);
    return policy;
  };
  const cancelRetry = () => {
    clearTimeout(retry?.timer);
    retry = undefined;
  };

  /** It has failed. Plans the next try, unless nobody wants it to run or it failed too often. */
  const fail = (why: string) => {
    const stored = wanted ? deps.stored() : undefined;
    if (!stored) return setStatus("failed", why);
    const wait = policyOf(stored.transport.type === "http").next(performance.now());
    deps.onRestart(why);
    if (wait === null) {
      wanted = false;
      return setStatus("failed", messages.exhausted(why, restartBound.restarts, restartBound.minutes));
    }
    cancelRetry();
    const timer = setTimeout(() => {
      retry = undefined;
      void keepRunning();
    }, wait);
    retry = { timer, at: new Date(Date.now() + wait).toISOString() };
    setStatus("failed", why);
  };

  /** Ends the connection. Resolves when all its processes have ended. */
  const disconnect = (): Promise<void> => {
    const ended = connection;
    connection = undefined;
    limits.stop();
    if (!ended) return closing ?? Promise.resolve();
    const done: Promise<void> = Promise.resolve(closing)
      .then(() => ended.close())
      .catch((error: unknown) => log.warn({ err: error, serverId: id }, "an MCP server did not end"))
      .finally(() => {
        if (closing === done) closing = undefined;
      });
    closing = done;
    return done;
  };

  const limits = createRunLimits({
    limits: () => deps.stored()?.supervision,
    minuteMs: deps.minuteMs,
    onIdle() {
      if (!connection) return;
      void disconnect();
      setStatus("idle");
    },
    onOld: () => void renew(),
  });

  /** Starts it anew between two calls. Calls that come meanwhile wait. */
  const renew = singleFlight(async (): Promise<void> => {
    await limits.quiet();
    if (!connection || !wanted) return;
    const ended = disconnect();
    setStatus("starting");
    await ended;
    await keepRunning();
  });

  const hideSecrets = (transport: StoredMcpServer["transport"]) => {
    feed.hide([...Object.values(transport.type === "stdio" ? transport.env : transport.headers), ...deps.secrets()]);
  };

  const connect = async (abort: AbortController) => {
    await closing;
    const stored = deps.stored();
    if (!stored) throw stopped;
    const { transport } = stored;
    hideSecrets(transport);
    setStatus("starting");
    let limit: NodeJS.Timeout | undefined;
    let opened: McpConnection | undefined;
    try {
      if (transport.type === "stdio") deps.commands.check(transport.command, transport.args);
      const launch = await deps.programs.resolve(stored, {
        signal: abort.signal,
        onLine: (line) => void feed.add("notification", "info", line),
      });
      const late = () => abort.abort(new AppError("upstream_unavailable", messages.tooSlow(startMs)));
      limit = setTimeout(late, startMs);
      let gone: string | undefined;
      // The client library is loaded by the first start: a panel without MCP servers does not need it.
      const { connectMcpServer } = await import("../connection/connection.ts");
      opened = await connectMcpServer({
        transport,
        launch,
        addressRules: deps.addressRules,
        register: deps.register,
        log: feed,
        signal: abort.signal,
        pulse: deps.pulse,
        peer,
        authorize: deps.authorize,
        onProcess(next) {
          tree = next ?? undefined;
          usage = undefined;
        },
        onGone: (why) => {
          gone = why;
          if (!opened || connection !== opened) return;
          void disconnect();
          fail(why);
        },
      });
      if (abort.signal.aborted) {
        await opened.close();
        throw abort.signal.reason;
      }
      if (gone !== undefined) throw new AppError("upstream_unavailable", gone);
      connection = opened;
      policyOf(transport.type === "http").ran(performance.now());
      limits.start();
      setStatus("running");
    } catch (thrown) {
      const error = abort.signal.aborted ? abort.signal.reason : thrown;
      if (!(error instanceof AppError)) log.error({ err: error, serverId: id }, "an MCP server could not be started");
      const failure = error instanceof AppError ? error : new AppError("upstream_unavailable", messages.notStarted);
      if (failure !== stopped && failure.detail !== undefined) {
        feed.add("notification", "error", `${failure.message}\n${failure.detail}`);
      }
      throw failure;
    } finally {
      clearTimeout(limit);
    }
  };

  /** Starts it, or joins a running start. Does not set the status of a failure. */
  const begin = async (): Promise<void> => {
    await stop.running;
    if (!wanted) throw stopped;
    if (connection) return;
    cancelRetry();
    if (!starting) {
      const abort = new AbortController();
      const done = connect(abort).finally(() => {
        starting = undefined;
      });
      starting = { done, abort };
    }
    await starting.done;
  };
  /** What a failed start means: nothing to try again when it was stopped, or is not allowed. */
  const startFailed = (error: unknown, tryAgain: boolean) => {
    if (error === stopped) return setStatus("stopped");
    const known = error instanceof AppError ? error : undefined;
    if (known?.code === "forbidden" || known instanceof SignInRequired || !tryAgain) wanted = false;
    fail(known?.message ?? messages.notStarted);
  };
  const settle = singleFlight(async (tryAgain: boolean): Promise<void> => {
    try {
      await begin();
    } catch (error) {
      startFailed(error, tryAgain);
      throw error;
    }
  });
  const keepRunning = async (): Promise<void> => {
    wanted = true;
    await settle(true).catch(() => {});
  };

  const stop = singleFlight(async (): Promise<void> => {
    wanted = false;
    policy = undefined;
    cancelRetry();
    starting?.abort.abort(stopped);
    await starting?.done.catch(() => {});
    await disconnect();
    setStatus("stopped");
  });

  const use = async <T>(work: (current: McpConnection) => Promise<T>): Promise<T> => {
    await renew.running?.catch(() => {});
    if (!connection && (status === "idle" || starting)) await settle(true);
    const current = connection;
    if (!current) throw new AppError("conflict", messages.notRunning);
    return limits.during(() => work(current));
  };

  return {
    get status() {
      return status;
    },
    get message() {
      return message;
    },
    get serverInfo() {
      return connection?.serverInfo ?? null;
    },
    state: () => ({
      process: tree
        ? {
            pid: tree.pid,
            startedAt: tree.startedAt,
            memoryBytes: usage?.memoryBytes ?? null,
            processes: usage?.processes ?? 1,
          }
        : null,
      restarts: {
        count: policy?.count ?? 0,
        nextAt: retry?.at ?? null,
        exhausted: policy?.exhausted ?? false,
      },
      health: connection?.health ?? null,
      oldTransport: connection?.oldTransport ?? false,
    }),
    async measure() {
      const measured = tree;
      if (!measured || (usage && performance.now() - usage.at < USAGE_MS)) return;
      const found = await measured.usage();
      if (tree === measured) usage = { ...found, at: performance.now() };
    },
    async start() {
      policy = undefined;
      wanted = true;
      await settle(false);
    },
    keepRunning,
    stop,
    refreshLimits: limits.refresh,
    refreshSecrets() {
      const stored = deps.stored();
      if (stored) hideSecrets(stored.transport);
    },
    use,
    raw: () => connection?.raw(),
    tools: () => use((current) => current.tools()),
    callTool: (name, args, { limitMs = CALL_MS, signal, onProgress } = {}) => {
      const masked = ({ message: text, ...rest }: Progress) =>
        onProgress?.(text === undefined ? rest : { ...rest, message: toSingleLine(feed.mask(String(text))) });
      const listener = onProgress && masked;
      return use((current) => current.callTool(name, args, { limitMs, signal, onProgress: listener }));
    },
    async revoke(why) {
      await stop();
      setStatus("failed", why);
    },
    entries: feed.entries,
    async close() {
      await stop();
      feed.close();
    },
  };
}

/** The reason of a start that was stopped. */
const stopped = new AppError("conflict", messages.stoppedAtStart);
