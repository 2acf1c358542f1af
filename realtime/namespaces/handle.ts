import type { z } from "zod";
import { AppError, describeIssues, toAppError, toFailure } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { createTokenBucket } from "../sockets/token-bucket.ts";
import type { AnySocket } from "./namespace.ts";
import { createLanes, LeftEarly, type Role } from "./subscription-lanes.ts";

/** Client events a socket may send: 20 a second in the long run, and a burst when a page opens. */
const EVENTS_PER_SECOND = 20;
const EVENT_BURST = 100;
/** Subscriptions whose leave is paid for by their join. */
const MAX_PAID = 1_000;

export interface HandleOptions {
  socket: AnySocket;
  log: Log;
  /** Names of the payload that are repeated in an `error` event, so that the client knows what failed. */
  echo: readonly string[];
  /**
   * Ends all that the socket has set up. Called when it disconnects, and again after each set-up that was still under
   * way then.
   */
  release(): void;
  /** Its rate limit, where it is not the usual one. */
  perSecond?: number;
  burst?: number;
}

type Fields = object | undefined;
/** Names the subscription an event is about, by what tells it from others of the socket: `logs` and the container, say. */
type Key<S extends z.ZodType> = (payload: z.output<S>) => string;
type Act<S extends z.ZodType> = (payload: z.output<S>) => Promise<Fields> | Fields;

/**
 * Registers the event handlers of one socket. None can be crashed from outside: it validates, acts, and answers in the
 * envelope or as `error`. Events with the same key run one after the other.
 */
export interface Handle {
  /**
   * Sets a subscription up. The signal tells that it was left, or that the socket disconnected: pass it on, or wait with
   * `unlessAborted`.
   */
  join<S extends z.ZodType>(
    event: string,
    schema: S,
    key: Key<S>,
    act: (payload: z.output<S>, signal: AbortSignal) => Promise<Fields> | Fields,
  ): void;
  /** Ends a subscription; `covers` says which joins of the same key that means, all unless given. */
  leave<S extends z.ZodType>(
    event: string,
    schema: S,
    key: Key<S>,
    act: Act<S>,
    covers?: (leave: z.output<S>, join: unknown) => boolean,
  ): void;
  /** Needs the subscription as the events before have left it. */
  use<S extends z.ZodType>(event: string, schema: S, key: Key<S>, act: Act<S>): void;
}

/** Makes what registers the handlers of one socket; all of them share its rate limit. */
export function createHandle(options: HandleOptions): Handle {
  const { socket, log, echo, release, perSecond = EVENTS_PER_SECOND, burst = EVENT_BURST } = options;
  const bucket = createTokenBucket(perSecond, burst);
  const { budget } = socket.data;
  const lanes = createLanes(release);
  socket.on("disconnect", () => lanes.close());

  /** Joins, by key, whose leave is still to come. */
  const paid = new Map<string, number>();
  const charge = () => {
    if (!bucket.take() || !budget.take()) throw new AppError("rate_limited", "Too many events; wait a moment.");
  };
  const payAhead = (key: string) => {
    if (paid.has(key) || paid.size < MAX_PAID) paid.set(key, (paid.get(key) ?? 0) + 1);
  };
  /** A leave that is refused would leave its subscription behind: each join has paid for one. */
  const isPaid = (key: string): boolean => {
    const left = paid.get(key) ?? 0;
    if (left > 1) paid.set(key, left - 1);
    else paid.delete(key);
    return left > 0;
  };

  const register = <S extends z.ZodType>(
    role: Role,
    { event, schema, key, covers }: Registration<S>,
    act: (payload: z.output<S>, signal: AbortSignal) => Promise<Fields> | Fields,
  ) => {
    socket.on(event, async (...args: unknown[]) => {
      const last = args.at(-1);
      const acknowledge = typeof last === "function" ? (last as (result: object) => void) : undefined;
      const payload = acknowledge && args.length === 1 ? undefined : args[0];
      try {
        if (role !== "leave") charge();
        const parsed = schema.safeParse(payload);
        if (!parsed.success) {
          if (role === "leave") charge();
          throw new AppError("invalid_input", describeIssues(parsed.error));
        }
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
        // Who has left expects no word of it.
        if (thrown instanceof LeftEarly) return;
        socket.emit("error", { ...echoed(payload, echo), message: error.message, code: error.code });
      }
    });
  };
  return {
    join: (event, schema, key, act) => register("join", { event, schema, key }, act),
    leave: (event, schema, key, act, covers) => register("leave", { event, schema, key, covers }, act),
    use: (event, schema, key, act) => register("use", { event, schema, key }, act),
  };
}

interface Registration<S extends z.ZodType> {
  event: string;
  schema: S;
  key: Key<S>;
  covers?: ((leave: z.output<S>, join: unknown) => boolean) | undefined;
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
