import { createServer } from "node:http";
import process from "node:process";
import { Server } from "socket.io";

/** Baseline: Socket.IO with its defaults, and a publish endpoint on node:http without a token or checks. */
// As in the realtime server: the default of 5 s closes connections whose request waits while the event loop is busy.
const http = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => {
    body += part;
  });
  request.on("end", () => {
    const { namespace, event, data, room, events } = JSON.parse(body);
    for (const one of events ?? [{ namespace, event, data, room }]) {
      io.of(`/${one.namespace}`).to(one.room).emit(one.event, one.data);
    }
    response.writeHead(200, { "Content-Type": "application/json" }).end('{"success":true}');
  });
});
const io = new Server(http, { serveClient: false });
io.of("/mcp").on("connection", (socket) => {
  socket.on("join", async ({ serverId }: { serverId: string }, acknowledge: (answer: object) => void) => {
    await socket.join(`mcp:${serverId}`);
    acknowledge({ success: true });
  });
});
http.listen(Number(process.env.PORT), "127.0.0.1");
