import { EventEmitter } from "node:events";
import { z } from "zod";
import { utcTimeOf } from "../logs/utc-time.ts";
import { createBackoff } from "../server/async/backoff.ts";
import { setDeadline } from "../server/async/deadline.ts";
import { readJsonLines } from "../server/json-lines.ts";
import type { Log } from "../server/log.ts";
import type { DockerHost } from "./docker-host.ts";
import { createRunJournal, type RunJournal } from "./run-journal.ts";

export interface ContainerEvent {
  id: string;
  name: string;
  /** The Engine's name of the action: create, start, die, destroy, rename, health_status: healthy… */
  action: string;
  /** Exit code; for `die` only. */
  exitCode?: number;
  /** Number of the signal; for `kill` only. */
  signal?: number;
  composeProject?: string;
  /** Time of the event, RFC 3339 in UTC with nine fractional digits. */
  time: string;
}

/** A document of the Engine's event stream, with the fields that are used here. */
const engineEvent = z.object({
  Type: z.literal("container"),
  Action: z.string(),
  timeNano: z.number(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }),
});

export interface ContainerEvents {
  on(name: "event", listener: (event: ContainerEvent) => void): void;
  /** The stream is open again; events may have been missed in between. */
  on(name: "reattached", listener: () => void): void;
  off(name: "event" | "reattached", listener: (event: ContainerEvent) => void): void;
  /** Whether the Engine's event stream is open now. */
  readonly up: boolean;
  /** Ends and starts of containers, including earlier ones that the Engine still remembers. */
  readonly runs: RunJournal;
  close(): Promise<void>;
}

/** How far back the first request reaches. The Engine keeps only its newest few hundred events. */
const HISTORY_MS = 24 * 60 * 60_000;
/** Events that arrive later than this after the stream opened are new, whatever the Engine's clock says. */
const REPLAY_MS = 2_000;

/** Follows the Engine's container events until closed, with one stream for all listeners. Reconnects by itself. */
export function openContainerEvents(docker: DockerHost, log: Log): ContainerEvents {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0); // one listener per followed container
  const abort = new AbortController();
  const runs = createRunJournal();
  let up = false;
  /** Time of the newest event, and the keys of all events with exactly this time. */
  let newest: { nanos: number; keys: Set<string> } | undefined;

  const isKnown = (nanos: number, key: string) =>
    newest !== undefined && (nanos < newest.nanos || (nanos === newest.nanos && newest.keys.has(key)));
  const note = (nanos: number, key: string) => {
    if (newest?.nanos !== nanos) newest = { nanos, keys: new Set() };
    newest.keys.add(key);
  };

  const read = async () => {
    const asked = Date.now();
    const first = newest === undefined;
    const since = newest ? newest.nanos / 1e9 : (asked - HISTORY_MS) / 1_000;
    const stream = await docker.openEvents(abort.signal, since.toFixed(9));
    let isReplay = true;
    const endReplay = setDeadline(() => {
      isReplay = false;
    }, REPLAY_MS);
    try {
      up = true;
      runs.opened();
      emitter.emit("reattached");
      for await (const document of readJsonLines(stream)) {
        const parsed = engineEvent.safeParse(document);
        if (!parsed.success) continue;
        const { timeNano, Action, Actor } = parsed.data;
        const key = `${Action} ${Actor.ID}`;
        if (isReplay && !first && isKnown(timeNano, key)) continue;
        note(timeNano, key);
        const event = toEvent(parsed.data);
        const kind = Action === "start" || Action === "die" ? Action : undefined;
        if (kind) runs.add(event.id, { kind, time: event.time, exitCode: event.exitCode });
        // Events from before the start of the server are not announced.
        if (!(first && isReplay && timeNano / 1e6 < asked)) emitter.emit("event", event);
      }
    } finally {
      endReplay();
    }
  };

  const follow = async () => {
    const backoff = createBackoff();
    while (!abort.signal.aborted) {
      try {
        await read();
      } catch (error) {
        if (up && !abort.signal.aborted) log.warn({ err: error }, "the stream of container events broke");
      }
      if (up) backoff.reset();
      up = false;
      runs.broken();
      await backoff.wait(abort.signal);
    }
  };
  const done = follow();

  return {
    on: (name: string, listener: (event: ContainerEvent) => void) => void emitter.on(name, listener),
    off: (name, listener) => void emitter.off(name, listener),
    runs,
    get up() {
      return up;
    },
    close() {
      abort.abort();
      return done;
    },
  };
}

function toEvent({ Action, Actor, timeNano }: z.output<typeof engineEvent>): ContainerEvent {
  const { name = "", exitCode, signal, "com.docker.compose.project": composeProject } = Actor.Attributes;
  const event: ContainerEvent = { id: Actor.ID, name, action: Action, time: utcTimeOf(timeNano / 1e6) };
  if (Action === "die" && exitCode !== undefined) event.exitCode = Number(exitCode);
  if (Action === "kill" && signal !== undefined) event.signal = Number(signal);
  if (composeProject !== undefined) event.composeProject = composeProject;
  return event;
}
