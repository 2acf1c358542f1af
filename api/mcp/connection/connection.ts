import { type CallToolResult, LOG_LEVEL_META_KEY, type Progress } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpTool } from "../../../shared/protocol/mcp.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { singleFlight } from "../../../shared/server/single-flight.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { appErrorIn, toCallFailure } from "./call-failure.ts";
import { SessionExpired } from "./http-responses.ts";
import { createPulse, PULSE, type PulseTimes } from "./keep-alive.ts";
import { toTool } from "./repair.ts";
import { type McpSession, openSession, type SessionOptions } from "./session.ts";

const LIST_MS = 15_000;
const TOOLS_MAX = 2_000;
const CALLS_MAX = 16;
/** Longest handshake of a session that takes the place of an expired one. */
const RENEW_MS = 20_000;

/** A server that answered the handshake. */
export interface McpConnection {
  readonly serverInfo: { name: string; version: string } | null;
  /** Cached until the server says that they changed. */
  tools(): Promise<McpTool[]>;
  callTool(name: string, args: Record<string, unknown>, options: CallOptions): Promise<CallToolResult>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** Longest wait for the answer, in milliseconds. */
  limitMs: number;
  signal?: AbortSignal | undefined;
  /** How far the server says it is. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface ConnectOptions extends SessionOptions {
  /** The server is gone, in one sentence. */
  onGone(message: string): void;
  /** Shorter in tests. */
  pulse?: PulseTimes | undefined;
}

/**
 * Starts or reaches a server and keeps to it. A session that the server does not know any more is begun anew, once for each
 * request. Throws when the server cannot be reached; whatever was started is ended then.
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
    options.onGone(`The server is gone: ${why}.`);
  };
  const watch = (watched: McpSession) => {
    watched.client.onclose = () => {
      if (watched === session) lose(watched.ending() ?? "the connection was closed");
    };
  };
  watch(session);

  /** Shakes hands again, once for all that noticed. */
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

  const pulse = createPulse({
    times: options.pulse ?? PULSE,
    busy: () => calls > 0,
    ask: (timeout) => {
      const { client } = session;
      return client.getProtocolEra() === "modern" ? client.discover({ timeout }) : client.ping({ timeout });
    },
    onExpired: () => renew(session),
    onSilent(error) {
      const known = appErrorIn(error)?.message ?? connectionFailure(error, "It");
      lose(known === undefined ? "it does not answer" : `it does not answer (${known.replace(/\.$/, "")})`);
    },
  });
  // A process tells its end by itself.
  if (options.transport.type === "stdio") pulse.end();

  const readTools = async (): Promise<McpTool[]> => {
    try {
      const limit = { timeout: LIST_MS, maxTotalTimeout: LIST_MS, cacheMode: "refresh" as const };
      const list = await withSession(({ client }) => client.listTools(undefined, limit));
      return list.tools.slice(0, TOOLS_MAX).map(toTool);
    } catch (error) {
      throw toCallFailure(error, LIST_MS);
    }
  };

  return {
    get serverInfo() {
      const info = session.client.getServerVersion();
      return info ? { name: toSingleLine(info.name, 100), version: toSingleLine(info.version, 100) } : null;
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
      if (calls >= CALLS_MAX) throw new AppError("overloaded", "Too many calls to this server are under way.");
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
