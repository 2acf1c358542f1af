import type { Failure, Success } from "../../../../shared/protocol/result.ts";
import { apiUrl } from "../urls.ts";
import { ApiFailure } from "./failure.ts";

/** Longest wait for an answer; a tool call or an image removal may take its time. */
const TIMEOUT_MS = 60_000;

type Query = Record<string, string | number | boolean | undefined | null>;

interface RequestOptions {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal;
}

let onUnauthorized: () => void = () => {};

/** Called on every 401: the session is over. */
export function whenUnauthorized(listener: () => void): void {
  onUnauthorized = listener;
}

export function urlOf(path: string, query: Query = {}): string {
  const url = new URL(`${apiUrl()}/api${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
  }
  return url.href;
}

/** Asks the API and returns what stands beside `success`; throws an ApiFailure otherwise. */
export async function request<T extends object>(
  method: string,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const init: RequestInit = {
    method,
    credentials: "include",
    headers: { accept: "application/json" },
    signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
  };
  if (method !== "GET") {
    // A change without a body is JSON too: a form of a foreign page cannot send that.
    init.headers = { accept: "application/json", "content-type": "application/json" };
    if (method !== "DELETE" || options.body !== undefined) init.body = JSON.stringify(options.body ?? {});
  }
  return answer<T>(path, await ask(urlOf(path, options.query), init));
}

/** Sends a file's bytes as they are; `onProgress` gets the share sent, 0-1. */
export function upload(
  path: string,
  query: Query,
  file: Blob,
  { onProgress, signal }: { onProgress?: (share: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  // fetch() tells nothing about the progress of an upload.
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("PUT", urlOf(path, query));
    xhr.withCredentials = true;
    xhr.setRequestHeader("content-type", "application/octet-stream");
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    xhr.onerror = () => reject(unreachable());
    xhr.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    xhr.onload = () => {
      const response = new Response(xhr.responseText, { status: xhr.status });
      answer(path, response).then(() => resolve(), reject);
    };
    signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(file);
  });
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new ApiFailure("unreachable", "The server did not answer in time.");
    }
    throw unreachable();
  }
}

const unreachable = () => new ApiFailure("unreachable", "The server cannot be reached.");

async function answer<T extends object>(path: string, response: Response): Promise<T> {
  const body = (await response.json().catch(() => null)) as Success<T> | (Failure & { codeRequired?: boolean }) | null;
  if (response.ok && body?.success === true) return body;
  const failure = body?.success === false ? body : undefined;
  // A refused log-in is no ended session.
  if (response.status === 401 && !path.startsWith("/session") && !path.startsWith("/setup")) onUnauthorized();
  const retryAfter = Number(response.headers.get("retry-after"));
  throw new ApiFailure(failure?.code ?? "internal", failure?.error ?? `The server answered ${response.status}.`, {
    status: response.status,
    codeRequired: failure?.codeRequired === true,
    ...(failure?.requestId ? { requestId: failure.requestId } : {}),
    ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfter } : {}),
  });
}
