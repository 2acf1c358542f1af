import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Server, type Socket } from "socket.io";
import { afterEach } from "vitest";
import type { ServiceLogs } from "../../protocol/events/services.ts";
import { type Connection, createConnection } from "./connection.ts";
import type { ConnectionOptions } from "./manager.ts";

export interface Call {
  event: string;
  payload: Record<string, unknown>;
}

export interface Fixture {
  url: string;
  io: Server;
  connection: Connection;
  /** Everything clients asked for, in order. */
  calls: Call[];
  /** What the next calls are answered; success when empty. */
  answers: object[];
  socket(namespace: string): Socket | undefined;
}

const ends: (() => void)[] = [];
/** Runs after the test; the newest first. */
export const atEnd = (end: () => void): void => void ends.push(end);
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

export interface StartOptions
  extends Pick<
    ConnectionOptions,
    "lingerMs" | "liveness" | "openMs" | "onRefused" | "token" | "retryMs" | "transports"
  > {
  /** While `now` is true, the server answers no event. */
  hang?: { now: boolean };
  /** What becomes of WebSocket handshakes on their way; they go through while it is undefined. */
  onTheWay?: { upgrade: ((socket: Duplex) => void) | undefined };
}

export async function startServer(options: StartOptions = {}): Promise<Fixture> {
  const http: HttpServer = createServer();
  const io = new Server(http);
  const upgrades = http.listeners("upgrade") as ((...args: unknown[]) => void)[];
  http.removeAllListeners("upgrade").on("upgrade", (request, socket, head) => {
    if (options.onTheWay?.upgrade) options.onTheWay.upgrade(socket);
    else for (const upgrade of upgrades) upgrade(request, socket, head);
  });
  const calls: Call[] = [];
  const answers: object[] = [];
  for (const namespace of ["/services", "/system", "/mcp", "/files"]) {
    io.of(namespace).on("connection", (socket) => {
      socket.onAny((event: string, payload: Record<string, unknown>, acknowledge: (answer: object) => void) => {
        if (options.hang?.now) return;
        if (event === "alive") return acknowledge({ success: true });
        calls.push({ event, payload });
        acknowledge(answers.shift() ?? { success: true });
      });
    });
  }
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const connection = createConnection({
    url,
    token: options.token,
    retryMs: options.retryMs ?? { min: 20, max: 60 },
    lingerMs: options.lingerMs ?? 20,
    openMs: options.openMs ?? 60_000,
    webSocketMs: { min: 50, max: 200 },
    onRefused: options.onRefused,
    liveness: options.liveness,
    ...(options.transports ? { transports: options.transports } : {}),
  });
  ends.push(
    () => void io.close(),
    () => connection.close(),
  );
  const socket = (namespace: string) => [...io.of(namespace).sockets.values()].at(-1);
  return { url, io, connection, calls, answers, socket };
}

export const ref = { serviceId: "1", containerName: "web" };
export const logs = (text: string, cursor: string): ServiceLogs => ({
  ...ref,
  data: `${text}\n`,
  timestamp: "2026-01-01T00:00:00.000Z",
  cursor,
});
export const named = (calls: Call[], event: string) => calls.filter((call) => call.event === event);
