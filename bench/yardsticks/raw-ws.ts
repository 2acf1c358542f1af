import { createServer } from "node:http";
import process from "node:process";
import { WebSocketServer } from "ws";

/** Baseline: a plain WebSocket server with one `send` per client and message. */
// As in the realtime server: the default of 5 s closes connections whose request waits while the event loop is busy.
const http = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => {
    const { data, events } = JSON.parse(body);
    for (const one of events ?? [{ data }]) {
      const message = Buffer.from(JSON.stringify(one.data));
      for (const client of server.clients) client.send(message, { binary: false });
    }
    response.writeHead(200, { "Content-Type": "application/json" }).end('{"success":true}');
  });
});
const server = new WebSocketServer({ server: http });
http.listen(Number(process.env.PORT), "127.0.0.1");
