import type { EmitResponse } from "../../protocol/emit.ts";
import { type ErrorCode, errorStatus } from "../../protocol/result.ts";
import { messages } from "./messages.ts";
import type { Reply } from "./request.ts";

/** The server does not accept the request, now or later. */
export class RefusedError extends Error {
  readonly code: ErrorCode;
  /** Whether an event of the request is the reason; otherwise it is the token, the address or the client. */
  readonly ofEvent: boolean;

  constructor(message: string, code: ErrorCode, ofEvent: boolean) {
    super(message);
    this.code = code;
    this.ofEvent = ofEvent;
  }
}

/** There is no server, or it cannot respond now. */
export class UnavailableError extends Error {
  /** Time after which the server asks to be tried again, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Statuses that may be about one event of a batch. */
const ofEvent: ReadonlySet<number> = new Set([400, 404, 413]);
/** Statuses that count also when they come from a proxy: waiting does not change them. */
const final: ReadonlySet<number> = new Set([400, 401, 403, 413]);
/** Statuses that a later request may not get. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

const isCode = (code: unknown): code is ErrorCode => typeof code === "string" && Object.hasOwn(errorStatus, code);
const isCount = (count: unknown): count is number => Number.isSafeInteger(count) && (count as number) >= 0;

/**
 * Reads the response to `POST /emit`. Fields that are not known are ignored. Something else than a realtime server may
 * listen at the address: its refusals count only where waiting cannot help, and its other responses are failures.
 *
 * @param events Number of events of the request.
 * @returns The count of each event; from an older server, which sends no counts, that of all events together.
 * @throws RefusedError, UnavailableError
 */
export function readEmitReply({ status, body, retryAfterMs }: Reply, events: number): number[] {
  const { success, delivered, counts } = (body ?? {}) as Partial<Omit<EmitResponse, "success">> & { success?: unknown };
  if (status === 200 && success === true) {
    if (Array.isArray(counts) && counts.length === events && counts.every(isCount)) return counts;
    return new Array<number>(events).fill(isCount(delivered) ? delivered : 0);
  }
  const { error, code } = (body ?? {}) as { error?: unknown; code?: unknown };
  const known = success === false && isCode(code);
  if (status >= 400 && status < 500 && !passing.has(status) && (known || final.has(status))) {
    const sentence = typeof error === "string" ? error : messages.refusedWith(status);
    throw new RefusedError(sentence, known ? code : (codeOf.get(status) ?? "invalid_input"), ofEvent.has(status));
  }
  throw new UnavailableError(
    status >= 200 && status < 400 ? messages.notARealtimeServer(status) : messages.unavailable(status),
    { retryAfterMs },
  );
}

const codeOf: ReadonlyMap<number, ErrorCode> = new Map([
  [401, "unauthorized"],
  [403, "forbidden"],
  [413, "too_large"],
]);
