import { AppError } from "../../shared/server/errors.ts";

/** Events of one subscription that can wait for their turn; more than a person or page causes. */
const MAX_WAITING = 128;

/** Kind of an event: `join` sets up its subscription and can take time, `leave` ends it, `use` needs its current state. */
export type Role = "join" | "leave" | "use";

/** A set-up was aborted: its subscription was left, or the socket disconnected. */
export class LeftEarly extends AppError {
  constructor() {
    super("gone", "The subscription was left before it was set up.");
  }
}

interface Turn {
  payload: unknown;
  /** Aborts a `join`. */
  abort: AbortController | undefined;
  /** Drops a waiting turn. */
  start?: () => void;
  drop?: (reason: unknown) => void;
}

export interface Lanes {
  /**
   * Runs `act` after all earlier events with the same key. A `leave` first aborts the joins that it covers: a running one by
   * its signal, waiting ones at once. Synchronous work is done when this returns, so that each of many quick visits in one
   * packet is left before the next starts.
   * @throws LeftEarly for a join that was left; `rate_limited` beyond {@link MAX_WAITING}; the error of `act`
   */
  run<T>(key: string, event: Event, act: Act<T>): Promise<T> | T;
  /** Aborts every join and drops all waiting events; nothing runs after this. */
  close(): void;
}

export interface Event {
  role: Role;
  payload: unknown;
  /** For a leave: the joins of its key that it covers; default: all. */
  covers?: Covers;
}

/** Whether a leave covers this join with the same key. */
export type Covers = (join: unknown) => boolean;
type Act<T> = (signal: AbortSignal) => Promise<T> | T;

/** A signal that never aborts. */
const never = new AbortController().signal;

/**
 * Orders the events of one socket, with a lane per subscription. A join that reacts slowly to its signal delays the leave
 * behind it, which still undoes the join. A join that ends after the disconnect is undone by `release`.
 * @param release ends all subscriptions of the socket; called again after each join that outlives the disconnect
 */
export function createLanes(release: () => void): Lanes {
  const lanes = new Map<string, Turn[]>(); // the first turn of each lane is running
  let closed = false;

  const abortJoins = (lane: Turn[], covers: Covers) => {
    for (const turn of [...lane]) {
      if (!turn.abort || !covers(turn.payload)) continue;
      turn.abort.abort(new LeftEarly());
      if (!turn.drop) continue;
      lane.splice(lane.indexOf(turn), 1);
      turn.drop(turn.abort.signal.reason);
    }
  };
  const finish = (key: string, lane: Turn[], role: Role) => {
    if (closed) {
      if (role === "join") release();
      return;
    }
    lane.shift();
    const [next] = lane;
    if (next) next.start?.();
    else lanes.delete(key);
  };

  return {
    run<T>(key: string, { role, payload, covers = () => true }: Event, act: Act<T>): Promise<T> | T {
      if (closed) throw new LeftEarly();
      const lane = lanes.get(key) ?? [];
      if (role === "leave") abortJoins(lane, covers);
      if (lane.length > MAX_WAITING) throw new AppError("rate_limited", "Too many events; wait a moment.");
      const turn: Turn = { payload, abort: role === "join" ? new AbortController() : undefined };
      const start = (): Promise<T> | T => {
        let result: Promise<T> | T;
        try {
          turn.abort?.signal.throwIfAborted();
          result = act(turn.abort?.signal ?? never);
        } catch (error) {
          finish(key, lane, role);
          throw error;
        }
        if (result instanceof Promise) return result.finally(() => finish(key, lane, role));
        finish(key, lane, role);
        return result;
      };
      lane.push(turn);
      if (lane.length === 1) {
        lanes.set(key, lane);
        return start();
      }
      return new Promise<void>((resolve, reject) => {
        turn.start = resolve;
        turn.drop = reject;
      }).then(() => {
        turn.drop = undefined;
        return start();
      });
    },
    close() {
      if (closed) return;
      closed = true;
      for (const lane of lanes.values()) {
        for (const turn of lane) {
          turn.abort?.abort(new LeftEarly());
          turn.drop?.(new LeftEarly());
        }
      }
      lanes.clear();
      release();
    },
  };
}
