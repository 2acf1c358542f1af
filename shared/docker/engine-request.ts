import { Agent, type IncomingMessage, request as openRequest } from "node:http";
import { Duplex } from "node:stream";
import { maskText } from "../logs/masking.ts";
import { UnavailableError } from "../server/dependency.ts";
import { UpstreamError } from "../server/upstream-error.ts";

/** Largest response, in bytes; the list of a few thousand containers takes some megabytes. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** 304: the container is in that state already. */
const successes = new Set([101, 200, 201, 204, 304]);

type Query = Record<string, string | number | boolean | undefined>;

export interface EngineRequest {
  method: "GET" | "POST" | "DELETE";
  /** Starts with a slash. The caller encodes the variable parts. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  body?: object;
  /** Registry credentials in the Engine's format: base64 of JSON. */
  registryAuth?: string;
}

/** Where the Engine listens. */
export type EngineAddress = { socketPath: string } | { host: string; port: string };

/** The Engine responded with a status other than success. The message is its own, with secrets masked. */
export class EngineError extends UpstreamError {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
    this.hide(maskText);
  }
}

/** With a pooled connection, the first call after a restart of the Engine would fail. */
const agent = new Agent({ keepAlive: false });

/**
 * Sends a request and resolves with its response, whose body the caller reads. `signal` ends both.
 * @throws EngineError, or the error of the connection
 */
export async function sendRequest(
  address: EngineAddress,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { outgoing, payload } = prepare(address, request, signal);
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    // Stays for good: what breaks after the response is an error of the response.
    outgoing.on("error", reject);
    outgoing.once("response", resolve);
  });
  outgoing.end(payload);
  return accepted(await response);
}

/**
 * Sends a request and takes over its connection: what is written goes to the process, what is read comes from it.
 * @throws EngineError, the error of the connection, or UnavailableError when a proxy drops the upgrade
 */
export async function sendUpgrade(
  address: EngineAddress,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<Duplex> {
  const { outgoing, payload } = prepare(address, request, signal, { Connection: "Upgrade", Upgrade: "tcp" });
  const opened = new Promise<Duplex | IncomingMessage>((resolve, reject) => {
    outgoing.on("error", reject);
    outgoing.once("response", resolve);
    outgoing.once("upgrade", (_response, connection: Duplex, head: Buffer) => {
      if (head.length > 0) connection.unshift(head);
      resolve(connection);
    });
  });
  outgoing.end(payload);
  const stream = await opened;
  if (stream instanceof Duplex) return stream;
  (await accepted(stream)).destroy();
  throw new UnavailableError("down", "A proxy between the panel and the Docker Engine does not support terminals.");
}

function prepare(
  address: EngineAddress,
  { method, path, query, body, registryAuth }: EngineRequest,
  signal: AbortSignal,
  headers: Record<string, string | number> = {},
) {
  const payload = method === "POST" && body && Object.keys(body).length > 0 ? JSON.stringify(body) : undefined;
  if (payload !== undefined) {
    headers["Content-Type"] = "application/json";
    headers["Content-Length"] = Buffer.byteLength(payload);
  }
  if (registryAuth !== undefined) headers["X-Registry-Auth"] = registryAuth;
  const outgoing = openRequest({ ...address, agent, method, path: `${path}${toQueryString(query)}`, headers, signal });
  return { outgoing, payload };
}

function toQueryString(query: Query = {}): string {
  const set = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) set.append(name, String(value));
  return set.size === 0 ? "" : `?${set}`;
}

/** Returns a successful response. @throws EngineError with the message in the body of any other */
async function accepted(response: IncomingMessage): Promise<IncomingMessage> {
  const status = response.statusCode ?? 0;
  if (successes.has(status)) return response;
  const body = await readBody(response);
  const parsed = parseBody(body);
  const { message, error } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as Record<string, unknown>;
  throw new EngineError(status, String(message || error || body.toString("utf8")).trim());
}

/** Reads a whole body. @throws UnavailableError beyond {@link MAX_RESPONSE_BYTES} */
export async function readBody(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_RESPONSE_BYTES)
      throw new UnavailableError("down", "The response of the Docker Engine is too large.");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** JSON as a value, other text as it is; undefined for an empty body. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = body.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
