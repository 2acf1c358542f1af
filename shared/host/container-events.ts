import { EventEmitter } from "node:events";
import { z } from "zod";
import { createBackoff } from "../server/backoff.ts";
import type { Log } from "../server/log.ts";
import type { DockerHost } from "./docker.ts";
import { readJsonLines } from "./json-lines.ts";

export interface ContainerEvent {
  id: string;
  name: string;
  /** The Engine's word: create, start, die, destroy, rename, health_status: healthy… */
  action: string;
  /** Of `die`. */
  exitCode?: number;
  /** Of `kill`: the number of the signal. */
  signal?: number;
  composeProject?: string;
}

/** Documents of the Engine's event stream, as far as they matter here. */
const engineEvent = z.object({
  Type: z.literal("container"),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }),
});

export interface ContainerEvents {
  on(name: "event", listener: (event: ContainerEvent) => void): void;
  /** The stream is open again after it was not: whatever happened meanwhile was missed. */
  on(name: "reattached", listener: () => void): void;
  off(name: "event" | "reattached", listener: (event: ContainerEvent) => void): void;
  /** Whether the Engine's event stream is open now. */
  readonly up: boolean;
  close(): Promise<void>;
}

/** Follows the Engine's container events as long as the server runs; one stream for all who listen. */
export function openContainerEvents(docker: DockerHost, log: Log): ContainerEvents {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0); // one listener a followed container
  const abort = new AbortController();
  let up = false;

  const follow = async () => {
    const backoff = createBackoff();
    while (!abort.signal.aborted) {
      try {
        const stream = await docker.openEvents(abort.signal);
        up = true;
        backoff.reset();
        emitter.emit("reattached");
        for await (const document of readJsonLines(stream)) {
          const event = parseEvent(document);
          if (event) emitter.emit("event", event);
        }
      } catch (error) {
        if (up && !abort.signal.aborted) log.warn({ err: error }, "container events broke off");
      }
      up = false;
      await backoff.wait(abort.signal);
    }
  };
  const done = follow();

  return {
    on: (name: string, listener: (event: ContainerEvent) => void) => void emitter.on(name, listener),
    off: (name, listener) => void emitter.off(name, listener),
    get up() {
      return up;
    },
    close() {
      abort.abort();
      return done;
    },
  };
}

function parseEvent(document: unknown): ContainerEvent | undefined {
  const parsed = engineEvent.safeParse(document);
  if (!parsed.success) return undefined;
  const { Action, Actor } = parsed.data;
  const { name = "", exitCode, signal, "com.docker.compose.project": composeProject } = Actor.Attributes;
  return {
    ...{ id: Actor.ID, name, action: Action },
    ...(Action === "die" && exitCode !== undefined ? { exitCode: Number(exitCode) } : {}),
    ...(Action === "kill" && signal !== undefined ? { signal: Number(signal) } : {}),
    ...(composeProject === undefined ? {} : { composeProject }),
  };
}
