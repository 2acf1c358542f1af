import { type FetchLike, StreamableHTTPClientTransport, type Transport } from "@modelcontextprotocol/client";
import { unlessAborted } from "../../../shared/server/async/unless-aborted.ts";
import { withTimeout } from "../../../shared/server/async/with-timeout.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { createPinnedFetch } from "../../outbound/pinned-fetch.ts";
import type { McpLogFeed } from "../host/log-feed.ts";
import type { McpTransport } from "../store.ts";
import { toStartFailure } from "./call-failure.ts";
import { explainResponses, HttpRefusal } from "./http-responses.ts";
import { messages } from "./messages.ts";
import { createOldTransport, NoEventStream } from "./old-transport.ts";
import type { OwnedTree } from "./owned-tree.ts";
import type { McpPeer } from "./peer.ts";
import type { ProcessRegister } from "./process-register.ts";
import { servePeer } from "./serve-peer.ts";
import { createStdioTransport } from "./stdio-transport.ts";
import { TolerantClient } from "./tolerant-client.ts";
import { tapTransport } from "./wire-tap.ts";

/** Longest wait for the probe. Silence on a pipe means an older server; over HTTP the server may be slow to start. */
const PROBE_MS = { stdio: 5_000, http: 60_000 };
/** Longest wait for the stream of the old transport: when it was chosen, and when it is tried after the newer one. */
const OLD_TRANSPORT_MS = { chosen: 15_000, tried: 5_000 };
/** Longest wait for the server to end its session. */
const TERMINATE_MS = 1_000;

export interface SessionOptions {
  transport: McpTransport;
  addressRules: AddressRules;
  register: ProcessRegister;
  log: McpLogFeed;
  signal: AbortSignal;
  /** What is started instead of the program of the transport, once `npx` or `uvx` is resolved. */
  launch?: Launch | undefined;
  /** The process of a local server, and null when it has ended with all it started. */
  onProcess?: ((tree: OwnedTree | null) => void) | undefined;
  peer: McpPeer;
  /** Adds the access token of the server to requests. */
  authorize?: ((fetch: FetchLike) => FetchLike) | undefined;
}

/** A program with its arguments, and folders that are searched for programs before PATH. */
export interface Launch {
  command: string;
  args: readonly string[];
  path: readonly string[];
}

/** One handshake with a server, and what it runs over. */
export interface McpSession {
  client: TolerantClient;
  /** It runs over HTTP+SSE, which was replaced in March 2025. */
  oldTransport: boolean;
  /** Why the session ended, if known. */
  ending(): string | undefined;
  close(): Promise<void>;
}

/** The transport to a server, and what to close afterwards. */
interface Channel {
  transport: Transport;
  ending(): string | undefined;
  close(): Promise<void>;
}

/** The process ended before it responded. */
class DiedError extends AppError {}

/** Which handshake is tried, over which transport of HTTP. `old`: longest wait for the stream of HTTP+SSE. */
interface Attempt {
  mode: "auto" | "legacy";
  old?: number;
}

/**
 * Starts or connects to a server, and completes the handshake. A local server that ends during the newer handshake is started
 * once more with the older one. A server at an address that refuses messages is tried over the old transport.
 *
 * @throws AppError when the server cannot be reached; what was started is stopped then
 */
export async function openSession(options: SessionOptions): Promise<McpSession> {
  const { transport, signal } = options;
  if (transport.type === "http" && transport.protocol === "sse") {
    return openOnce(options, { mode: "legacy", old: OLD_TRANSPORT_MS.chosen });
  }
  try {
    return await openOnce(options, { mode: "auto" });
  } catch (error) {
    if (signal.aborted) throw error;
    if (transport.type === "stdio") {
      if (!(error instanceof DiedError)) throw error;
      return openOnce(options, { mode: "legacy" });
    }
    if (transport.protocol !== undefined || !mayBeOld(error)) throw error;
    try {
      return await openOnce(options, { mode: "legacy", old: OLD_TRANSPORT_MS.tried });
    } catch (older) {
      throw signal.aborted || !(older instanceof NoEventStream) ? older : error;
    }
  }
}

/** The refusals after which the specification describes the fallback. */
const mayBeOld = (error: unknown): boolean => error instanceof HttpRefusal && [400, 404, 405].includes(error.answered);

async function openOnce(options: SessionOptions, attempt: Attempt): Promise<McpSession> {
  const { log, signal, peer } = options;
  const channel = await openChannel(options, attempt);
  const client = new TolerantClient({
    mode: attempt.mode,
    probeMs: PROBE_MS[options.transport.type],
    onListChanged: peer.onListChanged,
  });
  tapTransport(channel.transport, peer.onMessage);
  servePeer(client, peer);
  client.setNotificationHandler("notifications/message", ({ params }) => {
    const data = typeof params.data === "string" ? params.data : JSON.stringify(params.data);
    log.add("notification", params.level, params.logger === undefined ? data : `${params.logger}: ${data}`);
  });
  const close = async () => {
    await client.close().catch(() => {});
    await channel.close();
  };
  try {
    // The probe of the handshake ignores the signal.
    await unlessAborted(client.connect(channel.transport, { signal }), signal);
    client.endHandshake();
    if (client.getProtocolEra() === "legacy" && client.getServerCapabilities()?.logging) {
      await client.setLoggingLevel(peer.logLevel(), { signal, timeout: PROBE_MS.stdio }).catch(() => {}); // then it keeps its own level
    }
  } catch (error) {
    await close();
    const ending = channel.ending();
    if (signal.aborted) throw error;
    if (ending !== undefined) throw new DiedError("upstream_unavailable", messages.start.ended(ending));
    throw toStartFailure(error, client.handshakeProblem);
  }
  return { client, oldTransport: attempt.old !== undefined, ending: channel.ending, close };
}

async function openChannel(options: SessionOptions, { old }: Attempt): Promise<Channel> {
  const { transport, addressRules, register, log, signal, launch, onProcess } = options;
  if (transport.type === "stdio") {
    const stdio = createStdioTransport({ ...transport, ...launch, log, register, onProcess });
    return { transport: stdio, ending: stdio.ending, close: () => stdio.close() };
  }
  const pinned = createPinnedFetch(await unlessAborted(addressRules.pin(transport.url), signal));
  const { authorize = (fetch: FetchLike) => fetch } = options;
  const send = authorize((url, init) => pinned.fetch(url, init));
  if (old !== undefined) {
    const { headers } = transport;
    const sse = createOldTransport(new URL(transport.url), { fetch: send, headers, limitMs: old, mask: log.mask });
    return {
      transport: sse.transport,
      ending: sse.ending,
      async close() {
        await sse.transport.close().catch(() => {});
        pinned.close();
      },
    };
  }
  const http = new StreamableHTTPClientTransport(new URL(transport.url), {
    fetch: explainResponses(send, log.mask),
    requestInit: { headers: transport.headers },
    reconnectionOptions: {
      initialReconnectionDelay: 1_000,
      maxReconnectionDelay: 30_000,
      reconnectionDelayGrowFactor: 1.5,
      maxRetries: 10,
    },
  });
  return {
    transport: http,
    ending: () => undefined,
    async close() {
      await withTimeout(http.terminateSession(), TERMINATE_MS, () => undefined).catch(() => {});
      await http.close().catch(() => {});
      pinned.close();
    },
  };
}
