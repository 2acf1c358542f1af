import type { ErrorCode } from "../../protocol/result.ts";
import { watchMessages } from "./messages.ts";

/** Why a connection or a subscription does not work now. */
export interface WatchError {
  /** A code of the server, or `unreachable`: no server answered, or not in time. */
  code: ErrorCode | "unreachable";
  /** One sentence. */
  message: string;
}

/** Refusals that can pass without a change at the caller: the client tries again by itself. */
const transient: ReadonlySet<string> = new Set([
  "rate_limited",
  "overloaded",
  "upstream_unavailable",
  "unreachable",
  "internal",
]);

/** Whether the same request can succeed later. Codes of a newer server that are unknown here count as final. */
export const isTransient = ({ code }: WatchError): boolean => transient.has(code);

/** The code of an HTTP status that servers and proxies refuse a handshake with. */
const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: "invalid_input",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  421: "misdirected_request",
  429: "rate_limited",
};

interface Refusal {
  error?: unknown;
  message?: unknown;
  code?: unknown;
}

/** Reads the refusal of a namespace: Socket.IO puts the server's own code into `data`. */
export function readConnectRefusal({ message, data }: Error & { data?: Refusal }): WatchError {
  const code = typeof data?.code === "string" ? (data.code as ErrorCode) : "internal";
  return { code, message };
}

/**
 * Reads a handshake that failed before any namespace was asked for. Engine.IO has the status as a number after polling; of
 * a WebSocket only some runtimes tell it, in words, and browsers do not.
 */
export function readHandshakeError(error: Error & { description?: unknown; context?: unknown }): WatchError {
  const { description, context } = error;
  const words = typeof description === "object" ? String((description as Refusal | null)?.message ?? "") : "";
  const status = typeof description === "number" ? description : Number(/response: (\d{3})/.exec(words)?.[1] ?? 0);
  const text = (context as { responseText?: unknown } | undefined)?.responseText;
  const code = codeOfStatus[status];
  if (code === undefined) {
    const reason = words || (status === 0 && nodeReason(text)) || error.message;
    return { code: "unreachable", message: watchMessages.unreachable(reason) };
  }
  const answer = readJson(text);
  return {
    code: typeof answer.code === "string" ? (answer.code as ErrorCode) : code,
    message: typeof answer.error === "string" ? answer.error : watchMessages.refused(status),
  };
}

/** Why a request of Node failed: its request object has the stack of the error in place of a response. */
const nodeReason = (text: unknown): string | undefined =>
  typeof text === "string" ? /^\w*Error: (.*)$/m.exec(text)?.[1] : undefined;

function readJson(text: unknown): Refusal {
  if (typeof text !== "string") return {};
  try {
    return (JSON.parse(text) as Refusal | null) ?? {};
  } catch {
    return {}; // the page of a proxy
  }
}
