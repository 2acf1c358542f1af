type Json = Record<string, unknown>;

/** Longest message of an app, in characters of JSON; and of the text of one that is listed. */
export const MAX_MESSAGE = 1_000_000;
export const MAX_TEXT = 4_000;
/** Messages within a second, above which an app is stopped: a size that changes with each picture is 60. */
export const MAX_RATE = 200;

/** Codes of JSON-RPC and of the protocol of apps. */
export const codes = { invalidRequest: -32_600, noMethod: -32_601, invalidParams: -32_602, refused: -32_000 } as const;

export interface AppRequest {
  id: string | number;
  method: string;
  params: Json;
}

/** A message of an app that has the form of JSON-RPC. */
export type AppMessage =
  | ({ kind: "request" } & AppRequest)
  | { kind: "notification"; method: string; params: Json }
  | { kind: "response"; id: string | number };

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** An error that the app gets. */
export class AppMessageError extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads what an app sent; undefined for anything but a JSON-RPC message of a bounded size. */
export function readAppMessage(data: unknown): AppMessage | undefined {
  if (!isObject(data) || data.jsonrpc !== "2.0") return undefined;
  const { id, method, params } = data;
  const known = typeof id === "number" ? Number.isFinite(id) : typeof id === "string" && id.length <= 200;
  if (id !== undefined && !known) return undefined;
  if (method === undefined) return known ? { kind: "response", id: id as string | number } : undefined;
  if (typeof method !== "string" || method.length > 100) return undefined;
  if (params !== undefined && !isObject(params)) return undefined;
  const plain = toPlain(params ?? {});
  if (!plain) return undefined;
  return known
    ? { kind: "request", id: id as string | number, method, params: plain }
    : { kind: "notification", method, params: plain };
}

/** A copy that is JSON: what an app posts may hold cycles, buffers and objects of the browser. */
function toPlain(params: Json): Json | undefined {
  try {
    const json = JSON.stringify(params);
    return json.length <= MAX_MESSAGE ? (JSON.parse(json) as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** Requests to the server within a minute. Each is recorded: without a bound an app would push out what others did. */
export const MAX_CALLS = 120;

/** Counts messages. Returns false from the one that is too many within the time. */
export function createRate(
  now: () => number = () => performance.now(),
  { most, withinMs }: { most: number; withinMs: number } = { most: MAX_RATE, withinMs: 1_000 },
): () => boolean {
  let since = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    if (now() - since >= withinMs) {
      since = now();
      count = 0;
    }
    return ++count <= most;
  };
}

/** Heights of a frame, in pixels. */
export const heights = { min: 80, initial: 240, max: 640 } as const;

/**
 * The height of the frame after a report of the app. An app as high as its frame reports a few pixels less or more each
 * time, which would go on without end.
 */
export function nextHeight(current: number, reported: unknown): number {
  if (typeof reported !== "number" || !Number.isFinite(reported)) return current;
  const wanted = Math.round(Math.min(heights.max, Math.max(heights.min, reported)));
  return Math.abs(wanted - current) <= 4 ? current : wanted;
}

/** An address that a person may be asked to open: `http:` or `https:`, without a user. */
export function readLink(url: unknown): string | undefined {
  if (typeof url !== "string" || url.length > 2_000) return undefined;
  try {
    const { protocol, username, password, href } = new URL(url);
    return (protocol === "https:" || protocol === "http:") && username === "" && password === "" ? href : undefined;
  } catch {
    return undefined;
  }
}
