import { EventEmitter } from "node:events";
import type { ProcessEvent, ProcessHost } from "../../pm2/processes.ts";

export interface ProcessEvents {
  on(name: "event", listener: (event: ProcessEvent) => void): void;
  /** The daemon became available (true) or unavailable (false). */
  on(name: "daemon", listener: (up: boolean) => void): void;
  off(name: "event", listener: (event: ProcessEvent) => void): void;
  off(name: "daemon", listener: (up: boolean) => void): void;
  close(): void;
}

/** One connection to PM2's event bus for all listeners. */
export function openProcessEvents(processes: ProcessHost): ProcessEvents {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0); // one listener per followed process
  const abort = new AbortController();
  processes.watch(
    {
      onEvent: (event) => void emitter.emit("event", event),
      onState: (up) => void emitter.emit("daemon", up),
    },
    abort.signal,
  );
  return {
    on: (name: string, listener: (...values: never[]) => void) => void emitter.on(name, listener as () => void),
    off: (name: string, listener: (...values: never[]) => void) => void emitter.off(name, listener as () => void),
    close: () => abort.abort(),
  };
}
