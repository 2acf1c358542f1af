import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";
import { type Socket as ClientSocket, io as connect } from "socket.io-client";
import { afterEach, beforeEach } from "vitest";
import { createFanoutAdapter } from "./fanout-adapter.ts";
import { TurnWriter } from "./frame-batcher.ts";
import { createSlowConsumers } from "./slow-consumers.ts";

export interface FanoutServer {
  io: Server;
  url: string;
  /** Connects a real client; resolves with it and the server's socket. */
  connect(transports?: ("polling" | "websocket")[]): Promise<{ client: ClientSocket; socket: Socket }>;
  stop(): Promise<void>;
}

/** A Socket.IO server with only the fan-out adapter added. */
export async function startFanout(): Promise<FanoutServer> {
  const http = createServer();
  const slowConsumers = createSlowConsumers();
  const adapter = createFanoutAdapter(new TurnWriter(), slowConsumers);
  // A stopped consumer is not to be closed, however long a test takes.
  const io = new Server(http, { serveClient: false, adapter, pingInterval: 600_000, pingTimeout: 600_000 });
  http.listen(0, "127.0.0.1");
  await once(http, "listening");
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const clients: ClientSocket[] = [];
  return {
    io,
    url,
    async connect(transports = ["websocket"]) {
      const client = connect(url, { transports, forceNew: true, reconnection: false, autoConnect: false });
      clients.push(client);
      const accepted = once(io, "connection");
      client.connect();
      const [socket] = (await accepted) as [Socket];
      if (!client.connected) await new Promise<void>((resolve) => client.once("connect", () => resolve()));
      return { client, socket };
    },
    async stop() {
      for (const client of clients) client.disconnect();
      slowConsumers.close();
      await io.close();
    },
  };
}

/** Starts a server for each test of the file. */
export function useFanout(): Omit<FanoutServer, "stop"> {
  let server: FanoutServer;
  beforeEach(async () => {
    server = await startFanout();
  });
  afterEach(() => server.stop());
  return {
    get io() {
      return server.io;
    },
    get url() {
      return server.url;
    },
    connect: (transports) => server.connect(transports),
  };
}

/** Resolves with the first `count` values of an event's first argument. */
export function collect<T>(client: ClientSocket, event: string, count: number): Promise<T[]> {
  const got: T[] = [];
  return new Promise((resolve) => {
    const take = (value: T) => {
      got.push(value);
      if (got.length < count) return;
      client.off(event, take);
      resolve(got);
    };
    client.on(event, take);
  });
}

export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
