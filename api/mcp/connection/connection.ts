import {
  type CallToolResult,
  LOG_LEVEL_META_KEY,
  type Progress,
  ProtocolError,
  type RequestOptions,
} from "@modelcontextprotocol/client";
import { z } from "zod";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpTool } from "../../../shared/protocol/mcp.ts";
import type { McpAbout, McpLogLevel, McpPage, McpPages } from "../../../shared/protocol/mcp-workbench.ts";
import { singleFlight } from "../../../shared/server/async/single-flight.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { messages } from "../messages.ts";
import { appErrorIn, isMethodNotFound, toCallFailure } from "./call-failure.ts";
import { SessionExpired } from "./http-responses.ts";
import { createKeepAlive, type Health, KEEP_ALIVE, type KeepAliveTimes } from "./keep-alive.ts";
import { invalidTemplate } from "./messages.ts";
import { expandTemplate, offers, toAbout } from "./offers.ts";
import type { McpPeer } from "./peer.ts";
import type { RawRequestOptions, RawServer } from "./raw.ts";
import { toTool } from "./repair.ts";
import { type McpSession, openSession, type SessionOptions } from "./session.ts";
import { createSubscriptions } from "./subscriptions.ts";

const LIST_TIMEOUT_MS = 15_000;
const MAX_TOOLS = 2_000;
/** Of one read of a list: pages, and entries after which no further page is read. */
const MAX_PAGES = 20;
const MAX_ENTRIES = 2_000;
const MAX_CURSOR = 8_192;
const MAX_CALLS = 16;
/** Requests of programs behind the gateway that run at once at one server. */
const MAX_PASSED = 256;
/** Longest handshake of a session that replaces an expired one. */
const RENEW_MS = 20_000;

/** A server that completed the handshake. */
export interface McpConnection {
  readonly serverInfo: { name: string; version: string } | null;
  /** The last sign of life of a remote server; null for a local one, whose end is noticed without pings. */
  readonly health: Health | null;
  /** It runs over HTTP+SSE, which was replaced in March 2025. */
  readonly oldTransport: boolean;
  /** Cached until the server reports a change. */
  tools(): Promise<McpTool[]>;
  callTool(name: string, args: Record<string, unknown>, options: CallOptions): Promise<CallToolResult>;
  about(): McpAbout;
  /** A part of a list: as many pages as fit into its bounds. Empty when the server does not offer the kind. */
  list<Kind extends keyof McpPages>(kind: Kind, cursor?: string): Promise<McpPage<McpPages[Kind]>>;
  /** The URI of a template with values. @throws AppError `invalid_input` for an invalid template */
  expandTemplate(template: string, values: Record<string, string>): string;
  /** Sends any request of the protocol. Returns the result as the server sent it. */
  request(method: string, params: Json, options: CallOptions): Promise<Json>;
  /** What the server said in the handshake. */
  raw(): RawServer;
  /**
   * Passes a request of a program through, beside the calls of the panel. Returns the result as the server sent it:
   * `input_required` too.
   *
   * @throws ProtocolError as the server sent it; AppError
   */
  pass(method: string, params: Json, options: RawRequestOptions): Promise<Json>;
  /** Follows changes of a resource, also in later sessions. */
  subscribe(uri: string): Promise<void>;
  unsubscribe(uri: string): Promise<void>;
  /** Tells the server that the roots have changed. */
  rootsChanged(): Promise<void>;
  /** Asks an older server for logging messages from this level on; newer ones are asked with each call. */
  setLogLevel(level: McpLogLevel): Promise<void>;
  close(): Promise<void>;
}

type Json = Record<string, unknown>;
/** Results are shown, not trusted: a strict schema would hide an odd one. */
const anyResult = z.record(z.string(), z.unknown());

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
  const listChanged: McpPeer["onListChanged"] = (kind) => {
    if (kind === "tools") tools = undefined;
    options.peer.onListChanged(kind);
  };
  const peer: McpPeer = { ...options.peer, onListChanged: listChanged };
  const subscriptions = createSubscriptions();
  let session = await openSession({ ...options, peer });
  let calls = 0;
  let passed = 0;
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
    const next = await openSession({ ...options, signal, peer });
    if (!open) return next.close();
    session = next;
    watch(next);
    void expired.close();
    for (const kind of ["tools", "resources", "prompts"] as const) listChanged(kind);
    void subscriptions.renew(next.client).catch(() => {});
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
    // The end of a process is noticed without pings; one that hangs is noticed after a call without a response.
    periodic: options.transport.type === "http",
    busy: () => calls + passed > 0,
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

  const readTools = async (): Promise<McpTool[]> => {
    try {
      const limit = { timeout: LIST_TIMEOUT_MS, maxTotalTimeout: LIST_TIMEOUT_MS, cacheMode: "refresh" as const };
      const list = await withSession(({ client }) => client.listTools(undefined, limit));
      return list.tools.slice(0, MAX_TOOLS).map(toTool);
    } catch (error) {
      throw toCallFailure(error, LIST_TIMEOUT_MS);
    }
  };

  /** Counts a request against the limit, and looks at a server that does not answer. */
  const call = async <T>(
    { limitMs, signal, onProgress }: CallOptions,
    work: (current: McpSession, limit: RequestOptions) => Promise<T>,
  ): Promise<T> => {
    if (calls >= MAX_CALLS) throw new AppError("overloaded", messages.tooManyCalls);
    calls++;
    try {
      const limit = { timeout: limitMs, maxTotalTimeout: limitMs, signal, onprogress: onProgress };
      return await withSession((current) => work(current, limit));
    } catch (error) {
      const failure = toCallFailure(error, limitMs);
      if (failure instanceof AppError && failure.code === "upstream_unavailable" && !signal?.aborted) {
        void pulse.check();
      }
      throw failure;
    } finally {
      calls--;
    }
  };

  const readList = async <Kind extends keyof McpPages>(
    kind: Kind,
    from: string | undefined,
  ): Promise<McpPage<McpPages[Kind]>> => {
    const { method, field, capability, read } = offers[kind];
    const items: McpPages[Kind][] = [];
    const deadline = performance.now() + LIST_TIMEOUT_MS;
    let cursor = from;
    for (let page = 1; ; page++) {
      if (session.client.getServerCapabilities()?.[capability] === undefined) return { items, nextCursor: null };
      const limitMs = Math.max(1, Math.round(deadline - performance.now()));
      const params = cursor === undefined ? {} : { cursor };
      let result: Json;
      try {
        result = await call({ limitMs }, ({ client }, limit) => client.request({ method, params }, anyResult, limit));
      } catch (error) {
        // Servers with resources often have no templates, and do not know the method.
        if (isMethodNotFound(error)) return { items, nextCursor: null };
        if (items.length > 0 && cursor !== undefined) return { items, nextCursor: cursor };
        throw error;
      }
      const entries: unknown[] = Array.isArray(result[field]) ? result[field] : [];
      for (const entry of entries) items.push(read(entry, items.length));
      const next = result.nextCursor;
      if (typeof next !== "string" || next === "" || next === cursor || next.length > MAX_CURSOR) {
        return { items, nextCursor: null };
      }
      cursor = next;
      const full = page >= MAX_PAGES || items.length >= MAX_ENTRIES;
      if (full || performance.now() > deadline - LIST_TIMEOUT_MS / 2) return { items, nextCursor: cursor };
    }
  };

  return {
    get serverInfo() {
      const info = session.client.getServerVersion();
      return info ? { name: toSingleLine(info.name, 100), version: toSingleLine(info.version, 100) } : null;
    },
    get oldTransport() {
      return session.oldTransport;
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
    callTool: (name, args, options) =>
      call(options, ({ client }, limit) => {
        const modern = client.getProtocolEra() === "modern";
        const meta = modern ? { _meta: { [LOG_LEVEL_META_KEY]: peer.logLevel() } } : {};
        return client.callTool({ name, arguments: args, ...meta }, limit);
      }),
    request: (method, params, options) =>
      call(options, ({ client }, limit) => client.request({ method, params }, anyResult, limit)),
    raw() {
      const { client } = session;
      const capabilities = client.getServerCapabilities() ?? {};
      return { capabilities, instructions: client.getInstructions(), panelCalls: calls };
    },
    async pass(method, params, { limitMs, signal }) {
      if (passed >= MAX_PASSED) throw new AppError("overloaded", messages.tooManyCalls);
      passed++;
      try {
        const limit = { timeout: limitMs, maxTotalTimeout: limitMs, signal, allowInputRequired: true };
        return await withSession(({ client }) => client.request({ method, params }, anyResult, limit));
      } catch (error) {
        if (error instanceof ProtocolError || signal?.aborted) throw error;
        const failure = toCallFailure(error, limitMs);
        if (failure instanceof AppError && failure.code === "upstream_unavailable") void pulse.check();
        throw failure;
      } finally {
        passed--;
      }
    },
    about() {
      const { client } = session;
      return toAbout(
        {
          capabilities: client.getServerCapabilities(),
          instructions: client.getInstructions(),
          version: client.getServerVersion(),
          protocolVersion: client.getNegotiatedProtocolVersion(),
        },
        subscriptions.uris(),
      );
    },
    list: (kind, cursor) => readList(kind, cursor),
    expandTemplate(template, values) {
      const uri = expandTemplate(template, values);
      if (uri === undefined) throw new AppError("invalid_input", invalidTemplate);
      return uri;
    },
    subscribe: (uri) => call({ limitMs: LIST_TIMEOUT_MS }, ({ client }) => subscriptions.add(client, uri)),
    unsubscribe: (uri) => call({ limitMs: LIST_TIMEOUT_MS }, ({ client }) => subscriptions.remove(client, uri)),
    rootsChanged: async () => {
      // The newer revision has no such notification: the server asks for the roots when it needs them.
      if (session.client.getProtocolEra() === "legacy") await session.client.sendRootsListChanged();
    },
    setLogLevel: (level) =>
      call({ limitMs: LIST_TIMEOUT_MS }, async ({ client }, limit) => {
        if (client.getProtocolEra() === "legacy" && client.getServerCapabilities()?.logging) {
          await client.setLoggingLevel(level, limit);
        }
      }),
    close: end,
  };
}
