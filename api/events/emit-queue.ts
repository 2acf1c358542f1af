import { EMIT_BATCH_MAX, EMIT_BODY_MAX } from "../../shared/protocol/emit.ts";

/** Events and bytes kept while the realtime server is away. */
const EVENTS_MAX = 1_000;
const BYTES_MAX = 5_000_000;
/** Room for `{"events":[…]}` around a batch. */
const WRAPPING_BYTES = 64;

export interface QueuedEvent {
  /** For the log, should the server refuse it. */
  name: string;
  /** Already serialised: what the caller does to its object later changes nothing. */
  json: string;
  bytes: number;
}

export interface EmitQueue {
  add(event: QueuedEvent): void;
  /** The oldest events that fit one request; they count as queued until `done` or `putBack`. */
  take(): QueuedEvent[];
  done(): void;
  putBack(): void;
  readonly length: number;
  /** Events thrown away since the start because the queue was full. */
  readonly dropped: number;
}

/** First in, first out; when it is full the oldest event goes, since a later one tells more. */
export function createEmitQueue(): EmitQueue {
  let waiting: QueuedEvent[] = [];
  let taken: QueuedEvent[] = [];
  let bytes = 0;
  let dropped = 0;

  const trim = () => {
    let surplus = 0;
    while (waiting.length - surplus + taken.length > EVENTS_MAX || bytes > BYTES_MAX) {
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
