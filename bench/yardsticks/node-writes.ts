import { createServer, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import process from "node:process";
import { WebSocketServer } from "ws";
import { toTextFrame } from "../../realtime/fanout/frame-batcher.ts";

/**
 * The floor of Node: what is published in one turn of the event loop is written to each socket at its end, as one buffer that
 * all share. No protocol, no rooms, no checks, no token: the only cost for each subscriber is the write.
 */
// As in the realtime server: the default of 5 s closes connections whose request waits while the event loop is busy.
const http = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => {
    const { data, events } = JSON.parse(body);
    for (const event of events ?? [{ data }]) frames.push(toTextFrame(JSON.stringify(event.data)));
    if (responses.push(response) === 1) setImmediate(endTurn);
  });
});
const sockets = new Set<Socket>();
let frames: Buffer[] = [];
let responses: ServerResponse[] = [];

function endTurn(): void {
  const buffer = frames.length === 1 ? frames[0] : Buffer.concat(frames);
  if (buffer) for (const socket of sockets) socket.write(buffer);
  for (const response of responses) {
    response.writeHead(200, { "Content-Type": "application/json" }).end('{"success":true}');
  }
  frames = [];
  responses = [];
}

new WebSocketServer({ server: http }).on("connection", (client, { socket }) => {
  sockets.add(socket);
  client.on("close", () => sockets.delete(socket));
});
http.listen(Number(process.env.PORT), "127.0.0.1");
