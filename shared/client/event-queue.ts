import { EMIT_BATCH_MAX, EMIT_BODY_MAX } from "../protocol/emit.ts";

/** Events and bytes held while the realtime server is away. */
const MAX_EVENTS = 1_000;
const MAX_BYTES = 5_000_000;
/** Bytes of `{"events":[…]}` around a batch. */
const WRAPPING_BYTES = 64;

export interface QueuedEvent {
  /** For the log, should the server refuse it. */
  name: string;
  /** Serialised when it is added: later changes to the caller's object have no effect. */
  json: string;
  bytes: number;
}

export interface EventQueue {
  add(event: QueuedEvent): void;
  /** Takes the oldest events that fit one request; they count as queued until `done` or `putBack`. */
  take(): QueuedEvent[];
  done(): void;
  putBack(): void;
  readonly length: number;
  /** Events dropped since the start because the queue was full. */
  readonly dropped: number;
}

/** Holds events in order. A full queue drops the oldest one: a later event is nearer to the present state. */
export function createEventQueue(): EventQueue {
  let waiting: QueuedEvent[] = [];
  let taken: QueuedEvent[] = [];
  let bytes = 0;
  let dropped = 0;

  const trim = () => {
    let surplus = 0;
    while (waiting.length - surplus + taken.length > MAX_EVENTS || bytes > MAX_BYTES) {
      const oldest = waiting[surplus];
      if (!oldest) break;
      bytes -= oldest.bytes;
      surplus++;
    }
    if (surplus > 0) waiting = waiting.slice(surplus);
    dropped += surplus;
  };

  return {
    add(event) {
      waiting.push(event);
      bytes += event.bytes;
      trim();
    },
    take() {
      let size = WRAPPING_BYTES;
      let count = 0;
      for (const event of waiting) {
        size += event.bytes + 1;
        if (count === EMIT_BATCH_MAX || (count > 0 && size > EMIT_BODY_MAX)) break;
        count++;
      }
      taken = waiting.slice(0, count);
      waiting = waiting.slice(count);
      return taken;
    },
    done() {
      for (const event of taken) bytes -= event.bytes;
      taken = [];
    },
    putBack() {
      waiting = [...taken, ...waiting];
      taken = [];
      trim();
    },
    get length() {
      return waiting.length + taken.length;
    },
    get dropped() {
      return dropped;
    },
  };
}
