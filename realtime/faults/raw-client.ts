import { once } from "node:events";
import type { Socket } from "node:net";
import { WebSocket } from "ws";

/** A client that sends raw packets, including those that no client library would send. */
export interface RawClient {
  ws: WebSocket;
  /** Received messages, oldest first; bounded. */
  received: string[];
  /** Code of the close frame, or 1006; undefined while open. */
  closed(): number | undefined;
  /** The TCP connection, to be paused or written to. */
  tcp(): Socket;
}

const MAX_RECEIVED = 1_000;

/** Connects without joining a namespace. Rejects with the status of a refused handshake. */
export async function openRaw(url: string, headers: Record<string, string>): Promise<RawClient> {
  const ws = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { headers });
  const received: string[] = [];
  let code: number | undefined;
  ws.on("message", (data) => {
    if (received.length < MAX_RECEIVED) received.push(String(data));
  });
  ws.on("close", (closeCode) => {
    code = closeCode;
  });
  await new Promise<void>((resolve, reject) => {
    ws.once("open", resolve);
    ws.once("unexpected-response", (request, response) => {
      reject(Object.assign(new Error(`answered ${response.statusCode}`), { status: response.statusCode }));
      request.destroy();
    });
    ws.once("error", reject);
  });
  ws.on("error", () => {}); // cut in the middle of a frame; `close` follows
  return { ws, received, closed: () => code, tcp: () => (ws as unknown as { _socket: Socket })._socket };
}

/** Connects and joins a namespace. */
export async function joinRaw(url: string, namespace: string, headers: Record<string, string>): Promise<RawClient> {
  const client = await openRaw(url, headers);
  client.ws.send(`40/${namespace},`);
  while (!client.received.some((message) => message.startsWith(`40/${namespace},`))) {
    if (client.closed() !== undefined) throw new Error("The server closed the connection.");
    await Promise.race([once(client.ws, "message"), once(client.ws, "close")]);
  }
  return client;
}
