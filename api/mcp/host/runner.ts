import type { CallToolResult, Progress } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type { McpServerStatus, McpTool } from "../../../shared/protocol/mcp.ts";
import { singleFlight } from "../../../shared/server/async/single-flight.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import type { CallOptions, McpConnection } from "../connection/connection.ts";
import type { KeepAliveTimes } from "../connection/keep-alive.ts";
import type { ProcessRegister } from "../connection/process-register.ts";
import { messages } from "../messages.ts";
import type { McpTransport } from "../store.ts";
import type { CommandList } from "./command-list.ts";
import { createLogFeed } from "./log-feed.ts";

/** From the start of the process to the end of the handshake. */
const START_MS = 20_000;
/** The web app waits 60 s for a response. */
export const CALL_MS = 55_000;

export interface McpRunnerDeps {
  commands: CommandList;
  addressRules: AddressRules;
  register: ProcessRegister;
  log: Log;
  onStatus(status: McpServerStatus, message: string | null): void;
  onLog(entry: McpLog): void;
  onToolsChanged(): void;
  /** Shorter in tests. */
  startMs?: number;
  pulse?: KeepAliveTimes | undefined;
}

/** One registered server: its state, its connection and its log. */
export interface McpRunner {
  readonly status: McpServerStatus;
  readonly message: string | null;
  readonly serverInfo: { name: string; version: string } | null;
  /** Resolves when the server runs. Concurrent calls share one start. @throws AppError with the reason. */
  start(transport: McpTransport): Promise<void>;
  /** Stops the server or a running start. Resolves when all its processes have ended. */
  stop(): Promise<void>;
  tools(): Promise<McpTool[]>;
  callTool(
    name: string,
    args: Record<string, unknown>,
    options?: Omit<CallOptions, "limitMs">,
  ): Promise<CallToolResult>;
  entries(): McpLog[];
  /** Stops the server or a running start because it is no longer allowed: it has failed with this message. */
  revoke(why: string): Promise<void>;
  /** Stops it permanently. */
  close(): Promise<void>;
}

export function createMcpRunner(id: string, deps: McpRunnerDeps): McpRunner {
  const { commands, addressRules, register, log, onStatus, onLog, onToolsChanged, startMs = START_MS } = deps;
  const feed = createLogFeed(id, onLog);
  let status: McpServerStatus = "stopped";
  let message: string | null = null;
  let connection: McpConnection | undefined;
  let starting: { done: Promise<void>; abort: AbortController } | undefined;

  const setStatus = (next: McpServerStatus, why: string | null = null) => {
    if (status === next && message === why) return;
    status = next;
    message = why;
    onStatus(next, why);
  };

  const connect = async (transport: McpTransport, abort: AbortController) => {
    feed.hide(Object.values(transport.type === "stdio" ? transport.env : transport.headers));
    setStatus("starting");
    const limit = setTimeout(
      () => abort.abort(new AppError("upstream_unavailable", messages.tooSlow(startMs))),
      startMs,
    );
    try {
      if (transport.type === "stdio") commands.check(transport.command, transport.args);
      let gone: string | undefined;
      let opened: McpConnection | undefined;
      // The client library is loaded by the first start: a panel without MCP servers does not need it.
      const { connectMcpServer } = await import("../connection/connection.ts");
      opened = await connectMcpServer({
        transport,
        addressRules,
        register,
        log: feed,
        signal: abort.signal,
        pulse: deps.pulse,
        onToolsChanged,
        onGone: (why) => {
          gone = why;
          if (!opened || connection !== opened) return;
          connection = undefined;
          setStatus("failed", why);
        },
      });
      if (abort.signal.aborted) {
        await opened.close();
        throw abort.signal.reason;
      }
      if (gone !== undefined) throw new AppError("upstream_unavailable", gone);
      connection = opened;
      setStatus("running");
    } catch (thrown) {
      const error = abort.signal.aborted ? abort.signal.reason : thrown;
      if (!(error instanceof AppError)) log.error({ err: error, serverId: id }, "an MCP server could not be started");
      const failure = error instanceof AppError ? error : new AppError("upstream_unavailable", messages.notStarted);
      if (failure === stopped) setStatus("stopped");
      else {
        if (failure.detail !== undefined) feed.add("notification", "error", `${failure.message}\n${failure.detail}`);
        setStatus("failed", failure.message);
      }
      throw failure;
    } finally {
      clearTimeout(limit);
    }
  };

  const running = (): McpConnection => {
    if (!connection) throw new AppError("conflict", messages.notRunning);
    return connection;
  };

  const stop = singleFlight(async (): Promise<void> => {
    starting?.abort.abort(stopped);
    await starting?.done.catch(() => {});
    const ended = connection;
    connection = undefined;
    await ended?.close();
    setStatus("stopped");
  });

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
    async start(transport) {
      await stop.running;
      if (connection) return;
      if (!starting) {
        const abort = new AbortController();
        const done = connect(transport, abort).finally(() => {
          starting = undefined;
        });
        starting = { done, abort };
      }
      await starting.done;
    },
    stop,
    tools: async () => running().tools(),
    callTool: async (name, args, { signal, onProgress } = {}) => {
      const masked = ({ message: text, ...rest }: Progress) =>
        onProgress?.(text === undefined ? rest : { ...rest, message: toSingleLine(feed.mask(String(text))) });
      const listener = onProgress && masked;
      return running().callTool(name, args, { limitMs: CALL_MS, signal, onProgress: listener });
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
