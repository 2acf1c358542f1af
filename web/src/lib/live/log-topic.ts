import type { Socket } from "socket.io-client";
import type { Gap, StreamClosed, StreamState } from "../../../../shared/protocol/events/services.ts";
import type { ErrorCode } from "../../../../shared/protocol/result.ts";
import { notify, type Topic, type TopicError } from "./topics.ts";

/** What the log events of containers and processes have in common. */
export interface LogBatch {
  data: string;
  timestamp: string;
  type?: "error";
  cursor: string;
}

/** What may happen to a log besides lines. */
export interface LogHandlers {
  /** Lines are missing here, and why. */
  onGap?: (gap: Gap) => void;
  /** The stream stands still: the source ended, or is not there. */
  onClosed?: (closed: StreamClosed) => void;
  onState?: (state: StreamState["state"], startedAt?: string) => void;
  onError?: (error: TopicError) => void;
}

export interface LogListener<Batch extends LogBatch> extends LogHandlers {
  onLogs: (batch: Batch) => void;
}

export interface LogTopicOptions<Ref extends object> {
  /** The two ids that name the log; every event of it carries both. */
  ref: Ref;
  /** Lines of history asked for by the first viewer. */
  tail: number;
}

/** Characters of recent lines kept for a second viewer of the same log. */
const REPLAY_MAX = 1_000_000;

/** One log: resumes after its last cursor on every reconnect, and replays recent lines to later subscribers. */
export function createLogTopic<Ref extends object, Batch extends Ref & LogBatch>({
  ref,
  tail,
}: LogTopicOptions<Ref>): Topic<LogListener<Batch>> {
  const ids = Object.entries(ref);
  const isOurs = (event: object) => ids.every(([name, id]) => (event as Record<string, unknown>)[name] === id);

  let since: string | undefined;
  let recent: Batch[] = [];
  let recentSize = 0;
  let closed: StreamClosed | undefined;
  let reported: TopicError | undefined;

  const keep = (batch: Batch) => {
    recent.push(batch);
    recentSize += batch.data.length;
    let drop = 0;
    while (recentSize > REPLAY_MAX && drop < recent.length - 1) recentSize -= recent[drop++]?.data.length ?? 0;
    if (drop > 0) recent = recent.slice(drop);
  };

  /** A refusal comes twice, as an event and as an acknowledgement: it is reported once. */
  const report = (error: TopicError, listeners: ReadonlySet<LogListener<Batch>>) => {
    if (reported?.code === error.code) return;
    reported = error;
    notify(listeners, (listener) => listener.onError?.(error));
  };

  return {
    join() {
      reported = undefined;
      return { event: "subscribe:logs", payload: { ...ref, tail, ages: true, ...(since ? { since } : {}) } };
    },
    leave: () => ({ event: "unsubscribe:logs", payload: { ...ref } }),
    attach(socket: Socket, listeners) {
      const onLogs = (batch: Batch) => {
        if (!isOurs(batch)) return;
        since = batch.cursor;
        closed = undefined;
        keep(batch);
        notify(listeners, (listener) => listener.onLogs(batch));
      };
      const onGap = (gap: Ref & Gap) => {
        if (!isOurs(gap)) return;
        if (gap.to !== null) since = gap.to;
        notify(listeners, (listener) => listener.onGap?.({ from: gap.from, to: gap.to, reason: gap.reason }));
      };
      const onClosed = (event: Ref & StreamClosed) => {
        if (!isOurs(event)) return;
        closed = event;
        if (event.cursor !== undefined) since = event.cursor;
        notify(listeners, (listener) => listener.onClosed?.(event));
      };
      const onState = (event: Ref & StreamState) => {
        if (!isOurs(event)) return;
        closed = undefined;
        if (event.cursor !== undefined) since = event.cursor;
        notify(listeners, (listener) => listener.onState?.(event.state, event.startedAt));
      };
      const onError = (error: { message: string; code: ErrorCode }) => {
        if (isOurs(error)) report({ code: error.code, message: error.message }, listeners);
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
    failed: report,
    replay(listener) {
      for (const batch of recent) listener.onLogs(batch);
      if (closed) listener.onClosed?.(closed);
      if (reported) listener.onError?.(reported);
    },
  };
}
