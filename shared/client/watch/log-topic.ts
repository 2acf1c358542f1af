import type { Gap, StreamClosed, StreamState } from "../../protocol/events/services.ts";
import type { ErrorCode } from "../../protocol/result.ts";
import { notify } from "./listeners.ts";
import type { Topic } from "./topics.ts";
import type { WatchError } from "./watch-error.ts";

/** Lines of a log, as containers and processes have them in common. */
export interface LogBatch {
  data: string;
  timestamp: string;
  type?: "error";
  cursor: string;
}

/** What can happen to a log besides lines. */
export interface LogHandlers {
  /** Lines are missing here; the gap says why. */
  onGap?: (gap: Gap) => void;
  /** The stream pauses: the source ended, or does not exist. */
  onClosed?: (closed: StreamClosed) => void;
  onState?: (state: StreamState["state"], startedAt?: string) => void;
  /** The subscription or the connection is refused; the client tries again by itself where that can help. */
  onError?: (error: WatchError) => void;
}

export interface LogOptions extends LogHandlers {
  /** Lines of history to start with, 0 to 10,000; 100 unless given. The first of several viewers of a log decides. */
  tail?: number;
}

export const DEFAULT_TAIL = 100;

export interface LogListener<Batch extends LogBatch> extends LogHandlers {
  onLogs: (batch: Batch) => void;
}

export interface LogTopicOptions<Ref extends object> {
  /** The two ids that name the log; every event of it carries both. */
  ref: Ref;
  /** Lines of history that the first viewer asks for. */
  tail: number;
}

/** Characters of recent lines kept for a second viewer of the same log. */
const MAX_REPLAY = 1_000_000;

/** Newest batches of a log, bounded by {@link MAX_REPLAY}; at least one is held. */
function createRecentBatches<Batch extends LogBatch>() {
  let batches: Batch[] = [];
  let size = 0;
  return {
    add(batch: Batch) {
      batches.push(batch);
      size += batch.data.length;
      let drop = 0;
      while (size > MAX_REPLAY && drop < batches.length - 1) size -= batches[drop++]?.data.length ?? 0;
      if (drop > 0) batches = batches.slice(drop);
    },
    all: (): readonly Batch[] => batches,
  };
}

/** Position in a log: what the next subscription has to ask for. */
function createPosition() {
  let cursor: string | undefined;
  let lines = false;
  return {
    /** Moves on to what an event says; servers before cursors say nothing. */
    advance(next: string | null | undefined) {
      if (typeof next === "string") cursor = next;
    },
    sawLines: () => {
      lines = true;
    },
    /** Lines came, but none with a cursor: after a reconnect it is unknown which ones are missing. */
    isLost: () => lines && cursor === undefined,
    resume: (tail: number) => (cursor === undefined ? { tail: lines ? 0 : tail } : { tail, since: cursor }),
  };
}

/** One log: resumes after its last cursor on every reconnect, and replays recent lines to later listeners. */
export function createLogTopic<Ref extends object, Batch extends Ref & LogBatch>({
  ref,
  tail,
}: LogTopicOptions<Ref>): Topic<LogListener<Batch>> {
  const ids = Object.entries(ref);
  const isOurs = (event: object) => ids.every(([name, id]) => (event as Record<string, unknown>)[name] === id);
  const recent = createRecentBatches<Batch>();
  const position = createPosition();
  let closed: StreamClosed | undefined;
  /** The field `ages` is newer than the event: an older server refuses it, and is asked without it from then on. */
  let asksAges = true;
  const isAboutAges = ({ code }: WatchError) => asksAges && code === "invalid_input";

  return {
    join: () => ({
      event: "subscribe:logs",
      payload: { ...ref, ...position.resume(tail), ages: asksAges || undefined },
    }),
    leave: () => ({ event: "unsubscribe:logs", payload: { ...ref } }),
    attach(socket, listeners, refused) {
      const onLogs = (batch: Batch) => {
        if (!isOurs(batch) || typeof batch.data !== "string") return;
        position.sawLines();
        position.advance(batch.cursor);
        closed = undefined;
        recent.add(batch);
        notify(listeners, (listener) => listener.onLogs(batch));
      };
      const onGap = (gap: Ref & Gap) => {
        if (!isOurs(gap)) return;
        position.advance(gap.to);
        const { from = null, to = null, reason = "source_lost" } = gap;
        notify(listeners, (listener) => listener.onGap?.({ from, to, reason }));
      };
      const onClosed = (event: Ref & StreamClosed) => {
        if (!isOurs(event)) return;
        closed = event;
        position.advance(event.cursor);
        notify(listeners, (listener) => listener.onClosed?.(event));
      };
      const onState = (event: Ref & StreamState) => {
        if (!isOurs(event)) return;
        closed = undefined;
        position.advance(event.cursor);
        notify(listeners, (listener) => listener.onState?.(event.state, event.startedAt));
      };
      const onError = (error: { message: string; code: ErrorCode }) => {
        if (isOurs(error) && !isAboutAges(error)) refused({ code: error.code, message: error.message });
      };
      const handlers = {
        logs: onLogs,
        gap: onGap,
        "stream:closed": onClosed,
        "stream:state": onState,
        error: onError,
      };
      for (const [event, handler] of Object.entries(handlers)) socket.on(event, handler);
      return () => {
        for (const [event, handler] of Object.entries(handlers)) socket.off(event, handler);
      };
    },
    adapts(error) {
      if (!isAboutAges(error)) return false;
      asksAges = false;
      return true;
    },
    joined(listeners) {
      if (!position.isLost()) return;
      notify(listeners, (listener) => listener.onGap?.({ from: null, to: null, reason: "source_lost" }));
    },
    failed: (error, listener) => listener.onError?.(error),
    replay(listener) {
      for (const batch of recent.all()) listener.onLogs(batch);
      if (closed) listener.onClosed?.(closed);
    },
  };
}
