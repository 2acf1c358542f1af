import { AppError } from "../../shared/server/errors.ts";

/** Events about one subscription that may wait for their turn: more than a person or a page makes of it. */
const MAX_WAITING = 128;

/**
 * What an event does to its subscription: `join` sets it up and may take time, `leave` ends it, `use` needs it as it is
 * then.
 */
export type Role = "join" | "leave" | "use";

/** Why a set-up ended early: its subscription was left, or the socket disconnected. */
export class LeftEarly extends AppError {
  constructor() {
    super("gone", "The subscription was left before it was set up.");
  }
}

interface Turn {
  payload: unknown;
  /** Of a `join`. */
  abort: AbortController | undefined;
  /** Of a turn that waits. */
  start?: () => void;
  drop?: (reason: unknown) => void;
}

export interface Lanes {
  /**
   * Runs `act` after all earlier events with the same key. A `leave` first aborts the joins that it covers: one that runs
   * by its signal, those that wait at once.
   * What needs no waiting is over when this returns: of many quick visits in one packet each is left before the next.
   * @throws LeftEarly to a join that was left; `rate_limited` beyond {@link MAX_WAITING}; what `act` throws.
   */
  run<T>(key: string, event: Event, act: Act<T>): Promise<T> | T;
  /** Aborts every join and drops what waits; nothing runs from now on. */
  close(): void;
}

export interface Event {
  role: Role;
  payload: unknown;
  /** Of a leave: all joins of its key unless given. */
  covers?: Covers;
}

/** Whether a leave ends what this join sets up, of two with the same key. */
export type Covers = (join: unknown) => boolean;
type Act<T> = (signal: AbortSignal) => Promise<T> | T;

/** A signal for what is never aborted. */
const never = new AbortController().signal;

/**
 * The events of one socket, a lane for each subscription. A join that is slow to hear its signal delays the leave behind
 * it, and is undone by it all the same; one that ends after the disconnect is undone by `release`.
 * @param release ends all that the socket has set up; called again after each join that outlives the disconnect.
 */
export function createLanes(release: () => void): Lanes {
  const lanes = new Map<string, Turn[]>(); // the first of each is running
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
