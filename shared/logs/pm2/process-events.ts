import { EventEmitter } from "node:events";
import type { ProcessHost } from "../../pm2/process-host.ts";
import type { ProcessEvent } from "../../pm2/process-views.ts";

export interface ProcessEvents {
  on(name: "event", listener: (event: ProcessEvent) => void): void;
  /** The daemon with this key became available (true) or unavailable (false). */
  on(name: "daemon", listener: (up: boolean, key: string) => void): void;
  off(name: "event", listener: (event: ProcessEvent) => void): void;
  off(name: "daemon", listener: (up: boolean, key: string) => void): void;
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
      onState: (up, key) => void emitter.emit("daemon", up, key),
    },
    abort.signal,
  );
  return {
    on: (name: string, listener: (...values: never[]) => void) => void emitter.on(name, listener as () => void),
    off: (name: string, listener: (...values: never[]) => void) => void emitter.off(name, listener as () => void),
    close: () => abort.abort(),
  };
}
