import { messages } from "./messages.ts";

/** Largest response that is read, in characters; 1,000 counts take a few thousand. */
const MAX_RESPONSE = 256 * 1024;
/** Longest wait that a server can ask for with `Retry-After`, in milliseconds. */
const MAX_RETRY_AFTER_MS = 30_000;

export interface Reply {
  status: number;
  /** The parsed body; undefined when it is not JSON. */
  body: unknown;
  /** What `Retry-After` asks for, in milliseconds. */
  retryAfterMs?: number;
}

export interface RequestOptions {
  timeoutMs: number;
  /** Ends the request early. */
  signal?: AbortSignal;
}

/**
 * Sends one request and reads the response, all within `timeoutMs`. Redirects are not followed: the token is for one
 * address. A request that ends without a response is sent once more immediately, because a kept-alive connection may
 * have been closed meanwhile.
 *
 * @throws Error when there is no whole response in time, or it is larger than 256 KiB.
 */
export async function request(url: string, init: RequestInit, { timeoutMs, signal }: RequestOptions): Promise<Reply> {
  const abort = new AbortController();
  const onAbort = () => abort.abort(new Error(messages.closed));
  if (signal?.aborted) onAbort();
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => abort.abort(new Error(messages.timeout(timeoutMs))), timeoutMs);
  const attempt = async (): Promise<Reply> => {
    const response = await fetch(url, { ...init, redirect: "manual", signal: abort.signal });
    return {
      status: response.status,
      body: parse(await readText(response)),
      retryAfterMs: retryAfter(response.headers.get("retry-after")),
    };
  };
  try {
    return await attempt().catch((error: unknown) => {
      if (abort.signal.aborted || error instanceof TooLarge) throw error;
      return attempt();
    });
  } catch (error) {
    throw abort.signal.aborted ? abort.signal.reason : error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

class TooLarge extends Error {}

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length <= MAX_RESPONSE) continue;
    await reader.cancel().catch(() => {});
    throw new TooLarge(messages.responseTooLarge);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Seconds or a date, as HTTP has both. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms));
}
