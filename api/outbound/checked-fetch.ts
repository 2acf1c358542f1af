import { AppError } from "../../shared/server/errors.ts";
import type { AddressRules } from "./address-rules.ts";
import { connectionFailure } from "./connection-failure.ts";
import { createPinnedFetch } from "./pinned-fetch.ts";

export interface CheckedFetchOptions {
  /** Largest response, in bytes. */
  maxBytes: number;
  /** Longest wait for one response with its body, in milliseconds. */
  limitMs: number;
  /** Most requests of this value, redirects included. */
  maxRequests: number;
  signal?: AbortSignal | undefined;
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "127.0.0.1" || hostname === "[::1]";

/** Whether secrets can be sent there: by https, or within this machine. */
export const isSecure = (url: URL): boolean =>
  url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url));

/**
 * Creates a `fetch` for addresses that a foreign document names. Each is checked by the rules, must be secure, and is read
 * whole before the response is returned. Redirects are returned, not followed.
 *
 * @throws AppError with a sentence that names the host, `forbidden` by the rules
 */
export function createCheckedFetch(
  rules: AddressRules,
  { maxBytes, limitMs, maxRequests, signal }: CheckedFetchOptions,
): (target: string | URL, init?: RequestInit) => Promise<Response> {
  let requests = 0;
  return async (target, init = {}) => {
    const url = new URL(target);
    const place = url.host.slice(0, 200);
    const fail = (why: string, cause?: unknown) => new AppError("upstream_unavailable", `${place}: ${why}`, { cause });
    requests++;
    if (requests > maxRequests) throw fail("Too many requests were needed, redirects included.");
    if (!isSecure(url)) throw fail("Its address must begin with https://, unless it is on this machine.");
    const address = await rules.pin(url.href).catch((error: unknown) => {
      throw error instanceof AppError ? new AppError(error.code, `${place}: ${error.message}`) : error;
    });
    const pinned = createPinnedFetch(address);
    const limit = AbortSignal.any([AbortSignal.timeout(limitMs), ...(signal ? [signal] : [])]);
    try {
      const response = await pinned.fetch(url, { ...init, signal: limit });
      const { status, headers } = response;
      const body = await readWhole(response, maxBytes);
      if (!body) throw fail(`Its response is larger than ${maxBytes / 1024} KiB.`);
      return new Response(status === 204 || status === 205 || status === 304 ? null : body, { status, headers });
    } catch (error) {
      if (signal?.aborted || error instanceof AppError) throw error;
      if (limit.aborted) throw fail(`It did not answer within ${limitMs / 1_000} s.`);
      throw fail(connectionFailure(error, "It") ?? "The connection failed.");
    } finally {
      pinned.close();
    }
  };
}

/** The body; undefined when it is larger. */
async function readWhole(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes) return undefined;
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
