import type { Socket } from "socket.io";
import type { z } from "zod";
import { AppError, describeIssues, toAppError, toFailure } from "../shared/server/errors.ts";
import type { Log } from "../shared/server/log.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";

/** Client events a socket may send: 20 a second in the long run, and a burst when a page opens. */
const EVENTS_PER_SECOND = 20;
const EVENT_BURST = 100;

export interface HandleOptions {
  socket: Socket;
  log: Log;
  /** Names of the payload that are repeated in an `error` event, so that the client knows what failed. */
  echo: readonly string[];
  /** Its rate limit, where it is not the usual one. */
  perSecond?: number;
  burst?: number;
}

/** An event handler that cannot be crashed from outside: it validates, acts, and answers in the envelope or as `error`. */
export type Handle = <S extends z.ZodType>(
  event: string,
  schema: S,
  act: (payload: z.output<S>) => Promise<object | undefined> | object | undefined,
) => void;

/** Makes the function that registers handlers on one socket; all of them share its rate limit. */
export function createHandle({
  socket,
  log,
  echo,
  perSecond = EVENTS_PER_SECOND,
  burst = EVENT_BURST,
}: HandleOptions): Handle {
  const bucket = createTokenBucket(perSecond, burst);
  const { budget } = socket.data as { budget: TokenBucket };
  return (event, schema, act) => {
    socket.on(event, async (...args: unknown[]) => {
      const last = args.at(-1);
      const acknowledge = typeof last === "function" ? (last as (result: object) => void) : undefined;
      const payload = acknowledge && args.length === 1 ? undefined : args[0];
      try {
        if (!bucket.take() || !budget.take()) throw new AppError("rate_limited", "Too many events; wait a moment.");
        const parsed = schema.safeParse(payload);
        if (!parsed.success) throw new AppError("invalid_input", describeIssues(parsed.error));
        const fields = await act(parsed.data);
        acknowledge?.({ success: true, ...fields });
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code === "internal") log.error({ err: thrown, event }, "event handler failed");
        acknowledge?.(toFailure(error));
        socket.emit("error", { ...echoed(payload, echo), message: error.message, code: error.code });
      }
    });
  };
}

/** The names a client used, as far as they are short texts: anything else of a hostile payload is not sent back. */
function echoed(payload: unknown, names: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  if (typeof payload !== "object" || payload === null) return fields;
  for (const name of names) {
    const value = Object.hasOwn(payload, name) ? (payload as Record<string, unknown>)[name] : undefined;
    if (typeof value === "string" && value.length <= 255) fields[name] = value;
  }
  return fields;
}
