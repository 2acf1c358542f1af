import { EMIT_BATCH_MAX, EMIT_BODY_MAX } from "../../protocol/emit.ts";
import type { EmitResult } from "./result.ts";

/** Events and bytes held while the realtime server is away. */
const MAX_EVENTS = 1_000;
const MAX_BYTES = 5_000_000;
/** Bytes of `{"events":[…]}` around a batch. */
const WRAPPING_BYTES = 64;

export interface QueuedEvent {
  /** For the log, when the server refuses the event. */
  name: string;
  id: string;
  /** The event without its id. Serialised when it is added: later changes to the caller's object have no effect. */
  json: string;
  /** Length of the event with its id. */
  bytes: number;
  /** Reports what became of the event; the first call counts. */
  settle(result: EmitResult): void;
  /** Whether the caller still waits for the result. */
  readonly awaited: boolean;
}

export interface EventQueue {
  add(event: QueuedEvent): void;
  /** Takes the oldest events that fit one request. They count as queued until `done` or `putBack`. */
  take(): QueuedEvent[];
  /** Removes the oldest of the taken events. */
  done(): void;
  /** Returns the rest of the taken events to the front of the queue. */
  putBack(): void;
  /** Drops all events. */
  clear(): void;
  /** All events, the oldest first. */
  all(): QueuedEvent[];
  readonly length: number;
  /** Events dropped since the start. */
  readonly dropped: number;
}

/** Holds events in order. A full queue drops the oldest one: a later event is nearer to the present state. */
export function createEventQueue(): EventQueue {
  let waiting: QueuedEvent[] = [];
  /** Index in `waiting` of its oldest event: removing from the front of a long array costs too much for each event. */
  let first = 0;
  let taken: QueuedEvent[] = [];
  /** The oldest of the taken events that later ones have taken the place of: they are dropped if their request fails. */
  let replaced = 0;
  /** Of all events but the replaced ones. */
  let bytes = 0;
  let dropped = 0;

  const drop = (event: QueuedEvent) => {
    dropped++;
    event.settle({ dropped: true });
  };
  const length = () => waiting.length - first + taken.length - replaced;
  const trim = () => {
    while (length() > MAX_EVENTS || bytes > MAX_BYTES) {
      const inRequest = taken[replaced];
      const oldest = inRequest ?? waiting[first];
      if (!oldest) break;
      bytes -= oldest.bytes;
      if (inRequest) {
        replaced++;
      } else {
        first++;
        drop(oldest);
      }
    }
    if (first > MAX_EVENTS) {
      waiting = waiting.slice(first);
      first = 0;
    }
  };

  return {
    add(event) {
      waiting.push(event);
      bytes += event.bytes;
      trim();
    },
    take() {
      let size = WRAPPING_BYTES;
      let end = first;
      for (; end < waiting.length && end - first < EMIT_BATCH_MAX; end++) {
        size += (waiting[end]?.bytes ?? 0) + 1;
        if (end > first && size > EMIT_BODY_MAX) break;
      }
      taken = waiting.slice(first, end);
      waiting = waiting.slice(end);
      first = 0;
      return [...taken];
    },
    done() {
      const event = taken.shift();
      if (replaced > 0) replaced--;
      else bytes -= event?.bytes ?? 0;
    },
    putBack() {
      for (const event of taken.splice(0, replaced)) drop(event);
      replaced = 0;
      waiting = [...taken, ...waiting.slice(first)];
      first = 0;
      taken = [];
    },
    clear() {
      const all = [...taken, ...waiting.slice(first)];
      waiting = [];
      first = 0;
      taken = [];
      replaced = 0;
      bytes = 0;
      for (const event of all) drop(event);
    },
    all: () => [...taken, ...waiting.slice(first)],
    get length() {
      return length();
    },
    get dropped() {
      return dropped;
    },
  };
}
