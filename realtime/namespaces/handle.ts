import type { z } from "zod";
import { aliveCheck } from "../../shared/protocol/events/alive.ts";
import { AppError, describeIssues, toAppError, toFailure } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { createTokenBucket } from "../sockets/token-bucket.ts";
import type { AnySocket } from "./namespace.ts";
import { createLanes, LeftEarly, type Role } from "./subscription-lanes.ts";

/** Rate limit of client events per socket: 20 per second, with a burst for opening a page. */
const EVENTS_PER_SECOND = 20;
const EVENT_BURST = 100;
/** Joins of a socket whose leave does not count against the rate limit. */
const MAX_PAID = 1_000;

export interface HandleOptions {
  socket: AnySocket;
  log: Log;
  /** Payload fields that an `error` event repeats, so that the client knows what failed. */
  echo: readonly string[];
  /** Ends all subscriptions of the socket. Called when it disconnects, and again after each set-up that was still running. */
  release(): void;
  /** Rate limit, if not the default. */
  perSecond?: number;
  burst?: number;
}

type Fields = object | undefined;
/** Returns the key of the event's subscription, unique in the socket: for example `logs` and the container. */
type Key<S extends z.ZodType> = (payload: z.output<S>) => string;
type Act<S extends z.ZodType> = (payload: z.output<S>) => Promise<Fields> | Fields;

/**
 * Registers the event handlers of one socket. Each validates the payload, acts, and responds in the envelope or by `error`;
 * no payload can crash it. Events with the same key run one after the other.
 */
export interface Handle {
  /**
   * Sets up a subscription. The signal aborts when the subscription is left or the socket disconnects: pass it on, or wait
   * with `unlessAborted`.
   */
  join<S extends z.ZodType>(
    event: string,
    schema: S,
    key: Key<S>,
    act: (payload: z.output<S>, signal: AbortSignal) => Promise<Fields> | Fields,
  ): void;
  /** Ends a subscription. `covers` selects the joins of the same key that it ends; default: all. */
  leave<S extends z.ZodType>(
    event: string,
    schema: S,
    key: Key<S>,
    act: Act<S>,
    covers?: (leave: z.output<S>, join: unknown) => boolean,
  ): void;
  /**
   * Uses the subscription, after all earlier events with the same key. Payloads for which `isFree` do not count against the
   * rate limit.
   */
  use<S extends z.ZodType>(
    event: string,
    schema: S,
    key: Key<S>,
    act: Act<S>,
    isFree?: (payload: z.output<S>) => boolean,
  ): void;
}

/** Creates the registration of handlers for one socket. All handlers share its rate limit. */
export function createHandle(options: HandleOptions): Handle {
  const { socket, log, echo, release, perSecond = EVENTS_PER_SECOND, burst = EVENT_BURST } = options;
  const bucket = createTokenBucket(perSecond, burst);
  const { budget } = socket.data;
  const lanes = createLanes(release);
  socket.on("disconnect", () => lanes.close());

  /** Number of joins without a leave, by key. */
  const paid = new Map<string, number>();
  const charge = () => {
    if (!bucket.take() || !budget.take()) throw new AppError("rate_limited", "Too many events; wait a moment.");
  };
  const payAhead = (key: string) => {
    if (paid.has(key) || paid.size < MAX_PAID) paid.set(key, (paid.get(key) ?? 0) + 1);
  };
  /** Each join includes one leave: a refused leave would keep the subscription open. */
  const isPaid = (key: string): boolean => {
    const left = paid.get(key) ?? 0;
    if (left > 1) paid.set(key, left - 1);
    else paid.delete(key);
    return left > 0;
  };

  const register = <S extends z.ZodType>(
    role: Role,
    { event, schema, key, covers, isFree }: Registration<S>,
    act: (payload: z.output<S>, signal: AbortSignal) => Promise<Fields> | Fields,
  ) => {
    socket.on(event, async (...args: unknown[]) => {
      const last = args.at(-1);
      const acknowledge = typeof last === "function" ? (last as (result: object) => void) : undefined;
      const payload = acknowledge && args.length === 1 ? undefined : args[0];
      try {
        const isLate = role === "leave" || isFree !== undefined;
        if (!isLate) charge();
        const parsed = schema.safeParse(payload);
        if (!parsed.success) {
          if (isLate) charge();
          throw new AppError("invalid_input", describeIssues(parsed.error));
        }
        if (isFree?.(parsed.data) === false) charge();
        const name = key(parsed.data);
        if (role === "join") payAhead(name);
        if (role === "leave" && !isPaid(name)) charge();
        const turn = { role, payload: parsed.data, covers: (join: unknown) => covers?.(parsed.data, join) ?? true };
        const fields = await lanes.run(name, turn, (signal) => act(parsed.data, signal));
        acknowledge?.({ success: true, ...fields });
      } catch (thrown) {
        const error = toAppError(thrown);
        if (error.code === "internal") log.error({ err: thrown, event }, "event handler failed");
        acknowledge?.(toFailure(error));
        // A client that left expects no response.
        if (thrown instanceof LeftEarly) return;
        socket.emit("error", { ...echoed(payload, echo), message: error.message, code: error.code });
      }
    });
  };
  return {
    join: (event, schema, key, act) => register("join", { event, schema, key }, act),
    leave: (event, schema, key, act, covers) => register("leave", { event, schema, key, covers }, act),
    use: (event, schema, key, act, isFree) => register("use", { event, schema, key, isFree }, act),
  };
}

/** Answers a client that asks whether the server still runs. */
export const handleAlive = (handle: Handle): void =>
  handle.use(
    "alive",
    aliveCheck,
    () => "alive",
    () => undefined,
  );

interface Registration<S extends z.ZodType> {
  event: string;
  schema: S;
  key: Key<S>;
  covers?: ((leave: z.output<S>, join: unknown) => boolean) | undefined;
  isFree?: ((payload: z.output<S>) => boolean) | undefined;
}

/** Returns the names in a payload that are short strings. Anything else in a hostile payload is not sent back. */
function echoed(payload: unknown, names: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  if (typeof payload !== "object" || payload === null) return fields;
  for (const name of names) {
    const value = Object.hasOwn(payload, name) ? (payload as Record<string, unknown>)[name] : undefined;
    if (typeof value === "string" && value.length <= 255) fields[name] = value;
  }
  return fields;
}
