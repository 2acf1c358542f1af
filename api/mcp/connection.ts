import {
  type CallToolResult,
  Client,
  type JsonSchemaType,
  type JsonSchemaValidatorResult,
  LOG_LEVEL_META_KEY,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import type { McpTool } from "../../shared/protocol/mcp.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { AddressRules } from "../outbound/address-rules.ts";
import { createPinnedFetch } from "../outbound/pinned-fetch.ts";
import { toCallFailure } from "./call-failure.ts";
import type { McpLogFeed } from "./log-feed.ts";
import { toPlainLine } from "./plain-text.ts";
import type { ProcessRegister } from "./process-register.ts";
import { createStdioTransport } from "./stdio-transport.ts";
import type { McpTransport } from "./store.ts";

const PROBE_MS = 5_000;
const LIST_MS = 15_000;
const LIST_PAGES_MAX = 20;
const TOOLS_MAX = 2_000;
const CALLS_MAX = 16;
const RESULT_MAX = 8 * 1024 * 1024;

/** A server over HTTP has no connection that could break: it is asked whether it is still there. */
const PULSE_MS = 30_000;
const PULSE_LIMIT_MS = 10_000;

/** A server that answered the handshake. */
export interface McpConnection {
  serverInfo: { name: string; version: string } | null;
  /** Cached until the server says that they changed. */
  tools(): Promise<McpTool[]>;
  callTool(name: string, args: Record<string, unknown>, limitMs: number, signal?: AbortSignal): Promise<CallToolResult>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  transport: McpTransport;
  addressRules: AddressRules;
  register: ProcessRegister;
  log: McpLogFeed;
  signal: AbortSignal;
  /** The server is gone, in one sentence. */
  onGone(message: string): void;
  onToolsChanged(): void;
}

/** One try: what speaks to the server, and what to end afterwards. */
interface Channel {
  transport: Transport;
  /** Why it ended, if it knows. */
  ending(): string | undefined;
  close(): Promise<void>;
}

/**
 * Starts or reaches a server and shakes hands. A local server that dies of the newer handshake is started once more with the
 * older one. Throws when it cannot be reached; whatever was started is ended then.
 */
export async function connectMcpServer(options: ConnectOptions): Promise<McpConnection> {
  try {
    return await connectOnce(options, "auto");
  } catch (error) {
    if (options.transport.type !== "stdio" || options.signal.aborted || !(error instanceof DiedError)) throw error;
    return connectOnce(options, "legacy");
  }
}

/** The process ended before it had answered. */
class DiedError extends AppError {}

async function connectOnce(options: ConnectOptions, mode: "auto" | "legacy"): Promise<McpConnection> {
  const { log, signal, onGone, onToolsChanged } = options;
  const channel = await openChannel(options);
  let tools: Promise<McpTool[]> | undefined;
  const client = new Client(
    { name: "ai-desktop", version: "1" },
    {
      versionNegotiation: { mode, probe: { timeoutMs: PROBE_MS } },
      listMaxPages: LIST_PAGES_MAX,
      // A schema is the server's text: compiling it here would let its patterns hang us. Answers are shown, not trusted.
      jsonSchemaValidator: {
        getValidator:
          <T>(_schema: JsonSchemaType) =>
          (input: unknown) =>
            accepted<T>(input),
      },
      listChanged: {
        tools: {
          autoRefresh: false,
          onChanged: () => {
            tools = undefined;
            onToolsChanged();
          },
        },
      },
    },
  );
  client.setNotificationHandler("notifications/message", ({ params }) => {
    const data = typeof params.data === "string" ? params.data : JSON.stringify(params.data);
    log.add("notification", params.level, params.logger === undefined ? data : `${params.logger}: ${data}`);
  });

  const close = async () => {
    await client.close().catch(() => {});
    await channel.close();
  };
  try {
    // The probe of the handshake does not mind the signal.
    await unlessAborted(client.connect(channel.transport, { signal }), signal);
    if (client.getProtocolEra() === "legacy" && client.getServerCapabilities()?.logging) {
      await client.setLoggingLevel("debug", { signal, timeout: PROBE_MS }).catch(() => {}); // it logs as it likes, then
    }
  } catch (error) {
    const ending = channel.ending();
    await close();
    if (signal.aborted) throw error;
    if (error instanceof AppError) throw error;
    if (ending !== undefined) throw new DiedError("upstream_unavailable", `The server did not come up: ${ending}.`);
    throw new AppError("upstream_unavailable", "The server did not answer as an MCP server does.", { cause: error });
  }
  let open = true;
  const end = async () => {
    open = false;
    clearInterval(pulse);
    await close();
  };
  const lose = (why: string) => {
    if (!open) return;
    void end();
    onGone(`The server is gone: ${why}.`);
  };
  client.onclose = () => lose(channel.ending() ?? "the connection was closed");
  let checking = false;
  const check = async () => {
    if (checking || !open || options.transport.type === "stdio") return;
    checking = true;
    const limit = { timeout: PULSE_LIMIT_MS };
    const alive = client.getProtocolEra() === "modern" ? client.discover(limit) : client.ping(limit);
    await alive.catch(() => lose("it does not answer"));
    checking = false;
  };
  const pulse = setInterval(() => void check(), PULSE_MS);

  const readTools = async (): Promise<McpTool[]> => {
    try {
      const list = await client.listTools(undefined, {
        timeout: LIST_MS,
        maxTotalTimeout: LIST_MS,
        cacheMode: "refresh",
      });
      return list.tools.slice(0, TOOLS_MAX).map(({ name, title, description, inputSchema }) => ({
        name,
        ...(title === undefined ? {} : { title }),
        ...(description === undefined ? {} : { description: description.slice(0, 20_000) }),
        inputSchema: inputSchema as Record<string, unknown>,
      }));
    } catch (error) {
      throw toCallFailure(error, LIST_MS);
    }
  };

  const info = client.getServerVersion();
  let calls = 0;
  return {
    serverInfo: info ? { name: toPlainLine(info.name, 100), version: toPlainLine(info.version, 100) } : null,
    tools() {
      const reading = tools ?? readTools();
      tools = reading;
      reading.catch(() => {
        if (tools === reading) tools = undefined;
      });
      return reading;
    },
    async callTool(name, args, limitMs, callSignal) {
      if (calls >= CALLS_MAX) throw new AppError("overloaded", "Too many calls to this server are under way.");
      calls++;
      try {
        const modern = client.getProtocolEra() === "modern";
        const result = await client.callTool(
          { name, arguments: args, ...(modern ? { _meta: { [LOG_LEVEL_META_KEY]: "debug" } } : {}) },
          { timeout: limitMs, maxTotalTimeout: limitMs, ...(callSignal ? { signal: callSignal } : {}) },
        );
        if (JSON.stringify(result).length > RESULT_MAX) {
          throw new AppError("too_large", `The server's answer is larger than ${RESULT_MAX / 1024 / 1024} MiB.`);
        }
        return result;
      } catch (error) {
        const failure = toCallFailure(error, limitMs);
        if (failure instanceof AppError && failure.code === "upstream_unavailable") void check();
        throw failure;
      } finally {
        calls--;
      }
    },
    close: end,
  };
}

const accepted = <T>(input: unknown): JsonSchemaValidatorResult<T> => ({
  valid: true,
  data: input as T,
  errorMessage: undefined,
});

async function openChannel({ transport, addressRules, register, log, signal }: ConnectOptions): Promise<Channel> {
  if (transport.type === "stdio") {
    const stdio = createStdioTransport({ ...transport, log, register });
    return { transport: stdio, ending: stdio.ending, close: () => stdio.close() };
  }
  const pinned = createPinnedFetch(await unlessAborted(addressRules.pin(transport.url), signal));
  const http = new StreamableHTTPClientTransport(new URL(transport.url), {
    fetch: (url, init) => pinned.fetch(url, init),
    requestInit: { headers: transport.headers, redirect: "manual" },
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
      await Promise.race([
        http.terminateSession().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, 1_000)),
      ]);
      await http.close().catch(() => {});
      pinned.close();
    },
  };
}

/** A name may take long to resolve, and cannot be told to stop. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
