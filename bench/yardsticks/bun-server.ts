import process from "node:process";

interface BunSocket {
  subscribe(topic: string): void;
}

interface BunServer {
  publish(topic: string, message: string): number;
  upgrade(request: Request): boolean;
}

const { Bun } = globalThis as unknown as { Bun: { serve(options: object): BunServer } };

/** Bun's native server with its own publish to a topic, run by Bun: the yardstick of what native code can do. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT),
  idleTimeout: 65,
  async fetch(request: Request) {
    if (request.headers.get("upgrade")) {
      return server.upgrade(request) ? undefined : new Response(null, { status: 400 });
    }
    const { data, events } = (await request.json()) as { data?: unknown; events?: { data: unknown }[] };
    for (const event of events ?? [{ data }]) server.publish("bench", JSON.stringify(event.data));
    return Response.json({ success: true });
  },
  websocket: {
    idleTimeout: 960,
    open: (socket: BunSocket) => socket.subscribe("bench"),
    message() {},
  },
});
