import type { ListenedPorts } from "../engine/reading.ts";

/** Apps and ports of one app that are remembered. */
const MAX_APPS = 500;
const MAX_PORTS = 20;

/** Pids of an app's running processes, and the ports that it listens on; null if they are unknown. */
export interface ListeningApp {
  pids: readonly number[];
  ports: readonly number[] | null;
}

interface Known {
  run: string;
  ports: number[];
}

/** Storage of what is known, so that a restart of the API does not forget what an app listened on. */
export interface PortStorage {
  get(): string | undefined;
  set(json: string): void;
}

/**
 * The ports that apps listened on. A port that an app closes is lost while the app runs; a new run that listens on other ports has
 * given up the old ones.
 */
export function createKnownPorts(storage: PortStorage) {
  let known = parse(storage.get());
  return {
    /** Takes what the apps listen on now, and returns open and lost ports of each whose ports are known. */
    note(apps: ReadonlyMap<string, ListeningApp>): Map<string, ListenedPorts> {
      const before = JSON.stringify([...known]);
      const result = new Map<string, ListenedPorts>();
      for (const [id, { pids, ports }] of apps) {
        if (ports === null || pids.length === 0) continue;
        const run = [...pids].sort((a, b) => a - b).join(" ");
        const last = known.get(id);
        const isNewRun = last?.run !== run;
        const had = isNewRun && ports.length > 0 ? [] : (last?.ports ?? []);
        const all = [...new Set([...had, ...ports])].sort((a, b) => a - b).slice(0, MAX_PORTS);
        // A run that does not listen yet has not given up anything.
        const isWaiting = isNewRun && ports.length === 0;
        if (all.length > 0 && (last || known.size < MAX_APPS)) {
          known.set(id, { run: isWaiting ? (last?.run ?? run) : run, ports: all });
        }
        result.set(id, { open: [...ports], lost: all.filter((port) => !ports.includes(port)) });
      }
      const json = JSON.stringify([...known]);
      if (json !== before) storage.set(json);
      return result;
    },
    /** Forgets apps that PM2 no longer lists. */
    keepOnly(isListed: (id: string) => boolean): void {
      const kept = new Map([...known].filter(([id]) => isListed(id)));
      if (kept.size === known.size) return;
      known = kept;
      storage.set(JSON.stringify([...known]));
    },
  };
}

function parse(json: string | undefined): Map<string, Known> {
  try {
    return new Map(JSON.parse(json ?? "[]") as [string, Known][]);
  } catch {
    return new Map();
  }
}
