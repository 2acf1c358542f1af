import { type CallToolResult, LOG_LEVEL_META_KEY, type Progress } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpTool } from "../../../shared/protocol/mcp.ts";
import { singleFlight } from "../../../shared/server/async/single-flight.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { messages } from "../messages.ts";
import { appErrorIn, toCallFailure } from "./call-failure.ts";
import { SessionExpired } from "./http-responses.ts";
import { createKeepAlive, type Health, KEEP_ALIVE, type KeepAliveTimes } from "./keep-alive.ts";
import { toTool } from "./repair.ts";
import { type McpSession, openSession, type SessionOptions } from "./session.ts";

const LIST_TIMEOUT_MS = 15_000;
const MAX_TOOLS = 2_000;
const MAX_CALLS = 16;
/** Longest handshake of a session that replaces an expired one. */
const RENEW_MS = 20_000;

/** A server that completed the handshake. */
export interface McpConnection {
  readonly serverInfo: { name: string; version: string } | null;
  /** The last sign of life of a remote server; null for a local one, whose end is noticed without pings. */
  readonly health: Health | null;
  /** Cached until the server reports a change. */
  tools(): Promise<McpTool[]>;
  callTool(name: string, args: Record<string, unknown>, options: CallOptions): Promise<CallToolResult>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Longest wait for the response, in milliseconds. */
  limitMs: number;
  signal?: AbortSignal | undefined;
  /** Progress as the server reports it. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ConnectOptions extends SessionOptions {
  /** Called with one sentence when the connection is lost. */
  onGone(message: string): void;
  /** Shorter in tests. */
  pulse?: KeepAliveTimes | undefined;
}

/**
 * Starts or connects to a server, and keeps the connection. A session that the server no longer knows is replaced, once
 * per request.
 *
 * @throws AppError when the server cannot be reached; what was started is stopped then.
 */
export async function connectMcpServer(options: ConnectOptions): Promise<McpConnection> {
  let tools: Promise<McpTool[]> | undefined;
  const toolsChanged = () => {
    tools = undefined;
    options.onToolsChanged();
  };
  let session = await openSession({ ...options, onToolsChanged: toolsChanged });
  let calls = 0;
  let open = true;
  const ended = new AbortController();

  const end = async () => {
    open = false;
    pulse.end();
    ended.abort();
    await renewOnce.running?.catch(() => {});
    await session.close();
  };
  const lose = (why: string) => {
    if (!open) return;
    void end();
    options.onGone(messages.connectionLost(why));
  };
  const watch = (watched: McpSession) => {
    watched.client.onclose = () => {
      if (watched === session) lose(watched.ending() ?? "the connection was closed");
    };
  };
  watch(session);

  /** Opens a new session, once for all requests that noticed the expiry. */
  const renew = (expired: McpSession): Promise<void> => {
    if (session !== expired) return Promise.resolve();
    return renewOnce(expired);
  };
  const renewOnce = singleFlight(async (expired: McpSession): Promise<void> => {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(RENEW_MS)]);
    const next = await openSession({ ...options, signal, onToolsChanged: toolsChanged });
    if (!open) return next.close();
    session = next;
    watch(next);
    void expired.close();
    toolsChanged();
  });
  const withSession = async <T>(work: (current: McpSession) => Promise<T>): Promise<T> => {
    const current = session;
    try {
      return await work(current);
    } catch (error) {
      if (!(appErrorIn(error) instanceof SessionExpired) || !open) throw error;
      await renew(current);
      return work(session);
    }
  };

  const pulse = createKeepAlive({
    times: options.pulse ?? KEEP_ALIVE,
    busy: () => calls > 0,
    ping: (timeout) => {
      const { client } = session;
      return client.getProtocolEra() === "modern" ? client.discover({ timeout }) : client.ping({ timeout });
    },
    onExpired: () => renew(session),
    onSilent(error) {
      const known = appErrorIn(error)?.message ?? connectionFailure(error, "It");
      lose(known === undefined ? "it does not answer" : `it does not answer (${known.replace(/\.$/, "")})`);
    },
  });
  // The end of a process is noticed without pings.
  if (options.transport.type === "stdio") pulse.end();

  const readTools = async (): Promise<McpTool[]> => {
    try {
      const limit = { timeout: LIST_TIMEOUT_MS, maxTotalTimeout: LIST_TIMEOUT_MS, cacheMode: "refresh" as const };
      const list = await withSession(({ client }) => client.listTools(undefined, limit));
      return list.tools.slice(0, MAX_TOOLS).map(toTool);
    } catch (error) {
      throw toCallFailure(error, LIST_TIMEOUT_MS);
    }
  };

  return {
    get serverInfo() {
      const info = session.client.getServerVersion();
      return info ? { name: toSingleLine(info.name, 100), version: toSingleLine(info.version, 100) } : null;
    },
    get health() {
      return options.transport.type === "http" ? pulse.health() : null;
    },
    tools() {
      const reading = tools ?? readTools();
      tools = reading;
      reading.catch(() => {
        if (tools === reading) tools = undefined;
      });
      return reading;
    },
    async callTool(name, args, { limitMs, signal, onProgress }) {
      if (calls >= MAX_CALLS) throw new AppError("overloaded", messages.tooManyCalls);
      calls++;
      try {
        const limit = { timeout: limitMs, maxTotalTimeout: limitMs, signal, onprogress: onProgress };
        return await withSession(({ client }) => {
          const modern = client.getProtocolEra() === "modern";
          const meta = modern ? { _meta: { [LOG_LEVEL_META_KEY]: "debug" } } : {};
          return client.callTool({ name, arguments: args, ...meta }, limit);
        });
      } catch (error) {
        const failure = toCallFailure(error, limitMs);
        if (failure instanceof AppError && failure.code === "upstream_unavailable" && !signal?.aborted) {
          void pulse.check();
        }
        throw failure;
      } finally {
        calls--;
      }
    },
    close: end,
  };
}
