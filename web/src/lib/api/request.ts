import type { Hono } from "hono";
import { type ClientResponse, hc } from "hono/client";
import type { Failure, Success } from "../../../../shared/protocol/result.ts";
import type { Routes } from "../../../../shared/protocol/routes.ts";
import { noteServerDate } from "../server-time.ts";
import { apiUrl } from "../urls.ts";
import { ApiFailure, type SecondFactors } from "./failure.ts";

/** Longest wait for a response, in milliseconds: tool calls and image removals are slow. */
const TIMEOUT_MS = 60_000;
/** Delays before the retries of a read, in milliseconds. */
const READ_RETRY_PAUSES_MS = [100, 400];

const limits = new WeakMap<AbortSignal, number>();

/** Sets the longest wait, in milliseconds, for the request that is sent with this signal. */
export const limitRequest = (signal: AbortSignal, milliseconds: number): void => void limits.set(signal, milliseconds);

let onUnauthorized: () => void = () => {};
let prove: () => Promise<boolean> = async () => false;
let proving: Promise<boolean> | undefined;

/** Sets the listener for 401 responses: the session has ended. */
export function whenUnauthorized(listener: () => void): void {
  onUnauthorized = listener;
}

/** Sets the handler for requests that require re-authentication; it resolves with whether the user did so. */
export function whenProofRequired(listener: () => Promise<boolean>): void {
  prove = listener;
}

/** The names of the parameters in a path. */
type ParameterOf<Path> = Path extends `${string}/:${infer Name}/${infer Rest}`
  ? Name | ParameterOf<`/${Rest}`>
  : Path extends `${string}/:${infer Name}`
    ? Name
    : never;
type Input<Path, Route> = Omit<Route, "answer"> &
  ([ParameterOf<Path>] extends [never] ? object : { param: Record<ParameterOf<Path>, string> });

type PathOf<Route> = Route extends `${string} ${infer Path}` ? Path : never;
/** The routes of the protocol in the form of Hono's client: by path and method. */
type ClientSchema = {
  [Path in PathOf<keyof Routes>]: {
    [Key in Extract<keyof Routes, `${string} ${Path}`> as Key extends `${infer Method} ${Path}`
      ? `$${Lowercase<Method>}`
      : never]: {
      input: Input<Path, Routes[Key]>;
      output: Success<Routes[Key]["answer"]>;
      outputFormat: "json";
      status: 200;
    };
  };
};
type Client = ReturnType<typeof hc<Hono<object, ClientSchema, "/">>>;

let made: Client | undefined;

/** The routes of the API; `answer` waits for a response and unpacks it. */
export const routes = (): Client => {
  made ??= hc<Hono<object, ClientSchema, "/">>(`${apiUrl()}/api`, { fetch: ask });
  return made;
};

/** A value as one part of a path. */
export const part = encodeURIComponent;

/** An address of the API; a parameter may be repeated. */
export function urlOf(path: string, query: Record<string, string> | readonly [string, string][] = {}): string {
  const url = new URL(`${apiUrl()}/api${path}`);
  const pairs = Array.isArray(query) ? query : Object.entries(query);
  for (const [name, value] of pairs) url.searchParams.append(name, value);
  return url.href;
}

/** The successful response of a route. */
type Granted<R> = R extends ClientResponse<infer T> ? Exclude<T, { success: false }> : never;

/** Waits for a response and returns its fields beside `success`. @throws ApiFailure for an error response. */
export async function answer<R extends ClientResponse<unknown>>(pending: Promise<R>): Promise<Granted<R>> {
  const response = await pending;
  return unpack<Granted<R>>(new URL(response.url).pathname, response);
}

/** Reads an address of the API (see `urlOf`), for parameters that may be repeated. @throws ApiFailure */
export async function get<T>(url: string, signal?: AbortSignal): Promise<T> {
  const response = await ask(url, { method: "GET", ...(signal && { signal }) });
  return unpack<T>(new URL(url).pathname, response);
}

/** Sends a file's bytes as they are; `onProgress` gets the share sent, 0-1. */
export function upload(
  url: string,
  file: Blob,
  { onProgress, signal }: { onProgress?: (share: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  // fetch() does not report the progress of an upload.
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open("PUT", url);
    xhr.withCredentials = true;
    xhr.setRequestHeader("content-type", "application/octet-stream");
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    xhr.onerror = () => reject(unreachable());
    xhr.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    xhr.onload = () => {
      const response = new Response(xhr.responseText, { status: xhr.status });
      unpack(url, response).then(() => resolve(), reject);
    };
    signal?.addEventListener("abort", () => xhr.abort(), { once: true });
    xhr.send(file);
  });
}

/** Sends a request. One that requires re-authentication is sent again afterwards. */
export async function ask(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const response = await askOnce(input, init);
  if (response.status !== 403) return response;
  const body = (await response
    .clone()
    .json()
    .catch(() => null)) as Failure | null;
  if (body?.proofRequired !== true) return response;
  // Concurrent requests share one prompt.
  proving ??= prove().finally(() => {
    proving = undefined;
  });
  return (await proving) ? askOnce(input, init) : response;
}

async function askOnce(input: RequestInfo | URL, init: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout((init.signal && limits.get(init.signal)) ?? TIMEOUT_MS);
  const headers = new Headers(init.headers);
  headers.set("accept", "application/json");
  const isChange = init.method !== "GET";
  // A change without a body is sent as JSON too: a form of another site cannot do that.
  if (isChange) headers.set("content-type", "application/json");
  const body = isChange && init.method !== "DELETE" ? (init.body ?? "{}") : init.body;
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  const send = async () => {
    const sentAt = Date.now();
    const response = await fetch(input, {
      ...init,
      headers,
      signal,
      credentials: "include",
      ...(body ? { body } : {}),
    });
    noteServerDate(response.headers.get("date"), sentAt, Date.now());
    return response;
  };
  try {
    return await (isChange ? send() : withRetry(send));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    if (error instanceof DOMException && error.name === "TimeoutError") {
      throw new ApiFailure("unreachable", "The server did not respond in time.");
    }
    throw unreachable();
  }
}

/**
 * Sends a read, and retries it if the connection breaks. Browsers abort all requests when a network interface appears or
 * disappears; creating a Docker network on the same machine is enough.
 */
async function withRetry(send: () => Promise<Response>): Promise<Response> {
  for (const pause of READ_RETRY_PAUSES_MS) {
    try {
      return await send();
    } catch (error) {
      if (error instanceof DOMException) throw error; // aborted, or out of time
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
  return send();
}

const unreachable = () => new ApiFailure("unreachable", "The server cannot be reached.");

/** Sign-in and set-up: a 401 there does not mean that a session has ended. */
const openPaths = /\/api\/(session|session\/passkey|setup)$/;

/** The fields of a response beside `success`. @throws ApiFailure for an error response */
export async function unpack<T>(
  path: string,
  response: Pick<Response, "json" | "ok" | "status" | "headers">,
): Promise<T> {
  const body = (await response.json().catch(() => null)) as
    | Success
    | (Failure & { codeRequired?: boolean; factors?: SecondFactors })
    | null;
  // The type of the route describes the fields beside `success`.
  if (response.ok && body?.success === true) return body as T;
  const failure = body?.success === false ? body : undefined;
  if (response.status === 401 && !openPaths.test(path)) onUnauthorized();
  const retryAfter = Number(response.headers.get("retry-after"));
  throw new ApiFailure(
    failure?.code ?? "internal",
    failure?.error ?? `The server responded with status ${response.status}.`,
    {
      status: response.status,
      codeRequired: failure?.codeRequired === true,
      factors: failure?.factors,
      detail: failure?.detail,
      ...(failure?.requestId ? { requestId: failure.requestId } : {}),
      ...(Number.isFinite(retryAfter) && retryAfter > 0 ? { retryAfter } : {}),
    },
  );
}
