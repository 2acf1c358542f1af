import type { DatabaseSync } from "node:sqlite";
import type { McpChanges, McpLogLevel, McpRoot } from "../../../shared/protocol/mcp-workbench.ts";
import type { RealtimeClient } from "../../events/realtime-client.ts";
import { type AppViews, createAppViews } from "../apps/app-views.ts";
import type { McpConnection } from "../connection/connection.ts";
import type { McpListKind, McpPeer } from "../connection/peer.ts";
import { createMcpDocuments } from "./documents.ts";
import { changesOf, recordOffer } from "./offer-changes.ts";
import { createSavedCalls, type SavedCalls } from "./saved-calls.ts";
import { createServerRequests, type ServerRequests } from "./server-requests.ts";
import { createThrottle } from "./throttle.ts";
import { createWireLog, type WireLog } from "./wire-log.ts";

/** Shortest time between two events of one kind, in milliseconds: a server may send notifications without end. */
const CHANGE_INTERVAL_MS = 250;
const WIRE_INTERVAL_MS = 1_000;
/** Resources whose updates are sent on at once. */
const MAX_UPDATED = 200;

/** What users see of, and answer to, the registered servers. */
export interface McpWorkbench {
  /** The client side of a server's connections. `mask` hides its secrets. */
  peerOf(serverId: string, mask: (text: string) => string): McpPeer;
  /** Records what the server offers, in the background, once for each connection. */
  noteStart(serverId: string, connection: McpConnection): void;
  requests(serverId: string): ServerRequests;
  pending(serverId: string): number;
  wire(serverId: string): WireLog;
  roots(serverId: string): McpRoot[];
  setRoots(serverId: string, roots: McpRoot[]): void;
  logLevel(serverId: string): McpLogLevel;
  setLogLevel(serverId: string, level: McpLogLevel): void;
  readonly calls: SavedCalls;
  /** Apps that wait for their frames. */
  readonly apps: AppViews;
  changes(serverId: string): McpChanges;
  /** Drops everything about a server that is removed. */
  forget(serverId: string): void;
  close(): void;
}

export interface McpWorkbenchDeps {
  database: DatabaseSync;
  realtime: Pick<RealtimeClient, "emitToMCP">;
  /** Called when requests of a server came or went. */
  onPending(serverId: string): void;
}

/** One server's part of the workbench. */
interface Bench {
  requests: ServerRequests;
  wire: WireLog;
  mask: (text: string) => string;
  logLevel: McpLogLevel;
  changed: Record<McpListKind, () => void>;
  updated(uri: string): void;
  end(): void;
}

export function createMcpWorkbench({ database, realtime, onPending }: McpWorkbenchDeps): McpWorkbench {
  const documents = createMcpDocuments(database);
  const calls = createSavedCalls(database, documents);
  const benches = new Map<string, Bench>();
  const noted = new WeakSet<McpConnection>();
  const send = (serverId: string, event: string, fields: object = {}) =>
    realtime.emitToMCP(serverId, event, { serverId, ...fields, timestamp: new Date().toISOString() });

  const benchOf = (serverId: string): Bench => {
    const known = benches.get(serverId);
    if (known) return known;
    const bench = createBench(serverId, send, onPending);
    benches.set(serverId, bench);
    return bench;
  };

  const rootsOf = (serverId: string) => (documents.get(serverId, "roots")?.value as McpRoot[] | undefined) ?? [];

  return {
    peerOf(serverId, mask) {
      const bench = benchOf(serverId);
      bench.mask = mask;
      return {
        onListChanged: (kind) => bench.changed[kind](),
        onResourceUpdated: (uri) => bench.updated(uri),
        onMessage: (direction, message, ofProgram) => bench.wire.add(direction, message, ofProgram),
        roots: () => rootsOf(serverId),
        logLevel: () => bench.logLevel,
        answer: (request, signal) => bench.requests.ask(request, signal),
      };
    },
    noteStart(serverId, connection) {
      if (noted.has(connection)) return;
      noted.add(connection);
      recordOffer(serverId, connection, documents).catch(() => {}); // it may have stopped, or been removed
    },
    requests: (serverId) => benchOf(serverId).requests,
    pending: (serverId) => benches.get(serverId)?.requests.list().length ?? 0,
    wire: (serverId) => benchOf(serverId).wire,
    roots: rootsOf,
    setRoots: (serverId, roots) => void documents.put(serverId, "roots", roots),
    logLevel: (serverId) => benchOf(serverId).logLevel,
    setLogLevel(serverId, level) {
      benchOf(serverId).logLevel = level;
    },
    calls,
    apps: createAppViews(),
    changes: (serverId) => changesOf(serverId, documents),
    forget(serverId) {
      benches.get(serverId)?.end();
      benches.delete(serverId);
      calls.forget(serverId);
    },
    close() {
      for (const bench of benches.values()) bench.end();
      benches.clear();
    },
  };
}

function createBench(
  serverId: string,
  send: (serverId: string, event: string, fields?: object) => void,
  onPending: (serverId: string) => void,
): Bench {
  const updated = new Set<string>();
  const update = createThrottle<void>(() => {
    for (const uri of updated) send(serverId, "resource:updated", { uri });
    updated.clear();
  }, CHANGE_INTERVAL_MS);
  const wireChanged = createThrottle<number>((last) => send(serverId, "wire:changed", { last }), WIRE_INTERVAL_MS);
  const kinds = ["tools", "resources", "prompts"] as const;
  const throttles = kinds.map((kind) =>
    createThrottle<void>(() => send(serverId, `${kind}:changed`), CHANGE_INTERVAL_MS),
  );
  const [tools, resources, prompts] = throttles.map((throttle) => () => throttle.call()) as [
    () => void,
    () => void,
    () => void,
  ];
  const requests = createServerRequests((pending) => {
    send(serverId, "requests:changed", { pending });
    onPending(serverId);
  });
  const bench: Bench = {
    requests,
    wire: createWireLog(
      (text) => bench.mask(text),
      (last) => wireChanged.call(last),
    ),
    mask: (text) => text,
    logLevel: "debug",
    changed: { tools, resources, prompts },
    updated(uri) {
      if (updated.size < MAX_UPDATED) updated.add(uri.slice(0, 4_096));
      update.call();
    },
    end() {
      for (const throttle of [...throttles, update, wireChanged]) throttle.end();
      requests.end();
    },
  };
  return bench;
}
