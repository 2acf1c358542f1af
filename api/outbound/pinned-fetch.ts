import { Buffer } from "node:buffer";
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { AppError } from "../../shared/server/errors.ts";
import type { PinnedAddress } from "./address-rules.ts";
import { ConnectTimeout, tryAddresses } from "./first-address.ts";

/** Largest response, and largest event of an event stream, in bytes. */
const MAX_MESSAGE = 16 * 1024 * 1024;
const MAX_CONNECTIONS = 16;

/** A response that is none: it switches to another protocol, or its status is no number from 200 to 599. */
class NoResponse extends Error {
  readonly code = "HPE_INVALID_STATUS";
  constructor() {
    super("The server did not respond with HTTP.");
  }
}
const isStatus = (status: number | undefined): boolean => status !== undefined && status >= 200 && status <= 599;

export interface PinnedFetch {
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Closes all connections. */
  close(): void;
}

/**
 * Creates a `fetch` that connects only to the checked addresses, even if the name now resolves to others. It follows no
 * redirect (the caller gets the response) and limits the size of responses. The global `fetch` cannot be limited to addresses.
 */
export function createPinnedFetch({ url: registered, addresses }: PinnedAddress): PinnedFetch {
  const secure = registered.protocol === "https:";
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
  const agent = secure ? new https.Agent(options) : new http.Agent(options);
  const name = registered.hostname.replace(/^\[|\]$/g, "");

  let order = addresses;

  const send = async (url: URL, init: RequestInit, address: string, limitMs: number, connected: () => void) => {
    const headers = new Headers(init.headers);
    headers.set("host", url.host);
    headers.delete("accept-encoding"); // compressed responses are not supported
    const body = await bodyOf(init.body);
    if (body) headers.set("content-length", String(body.byteLength));
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const request = (secure ? https : http).request(
      {
        host: address,
        port: url.port || (secure ? 443 : 80),
        path: `${url.pathname}${url.search}`,
        method: init.method ?? "GET",
        headers: Object.fromEntries(headers),
        agent,
        ...(secure && isIP(name) === 0 ? { servername: name } : {}),
        ...(init.signal ? { signal: init.signal } : {}),
      },
      (message) => {
        if (isStatus(message.statusCode)) return resolve(message);
        message.destroy();
        reject(new NoResponse());
      },
    );
    request.once("error", reject);
    // Without a listener the request would neither fail nor end.
    request.once("upgrade", (_message, socket) => {
      socket.destroy();
      reject(new NoResponse());
    });
    request.once("socket", (socket) => {
      if (!socket.connecting) return connected();
      const limit = setTimeout(() => request.destroy(new ConnectTimeout()), limitMs);
      socket.once("connect", connected);
      socket.once(secure ? "secureConnect" : "connect", () => clearTimeout(limit));
      request.once("close", () => clearTimeout(limit));
    });
    request.end(body);
    return promise;
  };

  return {
    async fetch(target, init = {}) {
      const url = new URL(target);
      if (url.origin !== registered.origin) throw new Error("Requests are sent to the registered server only.");
      const message = await tryAddresses(order, (address, limitMs, connected) =>
        send(url, init, address, limitMs, () => {
          connected();
          // The address that accepted a connection is tried first from now on, since a session lives at one address.
          if (order[0] !== address) order = [address, ...order.filter((other) => other !== address)];
        }),
      );
      return toResponse(message);
    },
    close: () => agent.destroy(),
  };
}

function toResponse(message: http.IncomingMessage): Response {
  const status = message.statusCode ?? 502;
  message.on("error", () => {}); // the reader of the body gets the error
  const headers = new Headers();
  for (let index = 0; index + 1 < message.rawHeaders.length; index += 2) {
    headers.append(message.rawHeaders[index] ?? "", message.rawHeaders[index + 1] ?? "");
  }
  const bodiless = status === 204 || status === 205 || status === 304;
  if (bodiless) message.resume();
  const stream = headers.get("content-type")?.startsWith("text/event-stream") === true;
  const body = bodiless
    ? null
    : (Readable.toWeb(message) as ReadableStream<Uint8Array>).pipeThrough(createBound(stream));
  return new Response(body, { status, statusText: message.statusMessage ?? "", headers });
}

const tooLarge = () =>
  new AppError("too_large", `The response of the server is larger than ${MAX_MESSAGE / 1024 / 1024} MiB.`);

/** Limits the bytes of a body; for an event stream, which can be endless, the bytes of each event. */
function createBound(perEvent: boolean): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  /** The end of what came before: the blank line after an event may be cut in two. */
  let tail = Buffer.alloc(0);
  return new TransformStream({
    transform(chunk, controller) {
      const part = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      bytes += part.byteLength;
      if (perEvent) {
        const seam = Buffer.concat([tail, part.subarray(0, MAX_BLANK - 1)]);
        const end = endOfEvent(part);
        if (end > 0) bytes = part.byteLength - end;
        else if (endOfEvent(seam) > tail.byteLength) bytes = part.byteLength - (endOfEvent(seam) - tail.byteLength);
        tail = Buffer.concat([tail, part.subarray(-(MAX_BLANK - 1))]).subarray(-(MAX_BLANK - 1));
      }
      if (bytes > MAX_MESSAGE) controller.error(tooLarge());
      else controller.enqueue(chunk);
    },
  });
}

/** What ends an event: a blank line, in each way that lines end. */
const blanks = ["\n\n", "\r\n\r\n", "\r\r"];
const MAX_BLANK = 4;
const endOfEvent = (part: Buffer): number =>
  Math.max(
    ...blanks.map((blank) => {
      const at = part.lastIndexOf(blank);
      return at < 0 ? 0 : at + blank.length;
    }),
  );

async function bodyOf(body: RequestInit["body"]): Promise<Uint8Array | undefined> {
  return body === undefined || body === null ? undefined : new Uint8Array(await new Response(body).arrayBuffer());
}
