import type { Manager } from "socket.io-client";
import { createWebSocketReturn } from "./websocket-return.ts";

/** How a connection carries its data: long polling where WebSockets do not get through. */
export type TransportName = "websocket" | "polling";

export interface TransportWatch {
  /** Undefined while there is no connection. */
  current(): TransportName | undefined;
  stop(): void;
}

interface TransportWatchOptions {
  manager: Manager;
  /** Creates a client of the same server that connects once, on request, by WebSocket only. */
  createProbe: () => Manager;
  /** Transports in the order in which they are tried. */
  transports: TransportName[];
  /** Shortest and longest wait before a connection that polls tries a WebSocket again, in milliseconds. */
  webSocketMs: { min: number; max: number };
  onChange: (transport: TransportName | undefined) => void;
}

/** Notes how the connection carries its data, and returns one that polls to a WebSocket once that gets through. */
export function watchTransport(options: TransportWatchOptions): TransportWatch {
  const { manager, createProbe, transports, webSocketMs, onChange } = options;
  let transport: TransportName | undefined;
  const webSocketReturn = createWebSocketReturn({
    createProbe,
    tryMs: webSocketMs,
    // Subscriptions resume from their cursors.
    onOpen: () => void (transport === "polling" && manager.engine.close()),
  });
  const note = (name: TransportName | undefined) => {
    if (name === "websocket") manager.opts.transports = transports;
    if (name === "polling" && transports.includes("websocket")) webSocketReturn.start();
    else webSocketReturn.stop();
    if (name === transport) return;
    transport = name;
    onChange(name);
  };
  manager.on("open", () => {
    const { engine } = manager;
    const noteOwn = () => note(engine.transport.name as TransportName);
    engine.on("upgrade", noteOwn);
    noteOwn();
  });
  manager.on("close", () => note(undefined));
  return { current: () => transport, stop: () => webSocketReturn.stop() };
}
