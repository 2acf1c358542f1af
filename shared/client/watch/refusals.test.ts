import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { createMcpWatch } from "./mcp.ts";
import { createServicesWatch } from "./services.ts";
import { atEnd, startServer as start } from "./testing.ts";
import { createWatch } from "./watch.ts";

const transports = ["websocket", "polling"] as const;
const refusal = (code: string, message: string) => Object.assign(new Error(message), { data: { code } });

test("a refused connection reaches each subscription with its code, once for as long as it lasts, late ones too", async () => {
  const { connection, io, calls } = await start();
  let tries = 0;
  let closed = true;
  io.of("/services").use((_socket, next) => {
    tries++;
    next(closed ? refusal("unauthorized", "Log in first.") : undefined);
  });
  const services = createServicesWatch(connection);
  const errors: string[] = [];
  const note = (name: string) => ({
    onError: ({ code, message }: { code: string; message: string }) => errors.push(`${name} ${code} ${message}`),
  });
  services.subscribeLogs("1", "web", () => {}, note("log"));
  services.subscribeStats("1", "web", () => {}, note("stats"));
  createMcpWatch(connection).join("m1", note("other namespace"));
  await eventually(() => expect(tries).toBeGreaterThan(3));
  services.subscribeLogs("1", "web", () => {}, note("late"));
  services.subscribeLogs("2", "db", () => {}, note("late log"));
  const told = ["log", "stats", "late", "late log"].map((name) => `${name} unauthorized Log in first.`);
  await eventually(() => expect(errors).toEqual(told));
  closed = false;
  await eventually(() => expect(calls.map(({ event }) => event)).toContain("subscribe:stats"));
  expect(errors).toEqual(told);
});

test.each(transports)(
  "a server that is away is, by %s, an error of the connection with its reason, and of no subscription",
  async (transport) => {
    const url = "http://127.0.0.1:2"; // nobody listens there
    const watch = createWatch({ url, transports: [transport], token: "key", retryMs: { min: 10, max: 20 } });
    atEnd(watch.close);
    const errors: unknown[] = [];
    let states = 0;
    watch.onError((error) => errors.push(error));
    watch.onState(() => states++);
    watch.servicesWS.subscribeLogs("1", "web", () => {}, { onError: (error) => errors.push(error) });
    const message = "The server cannot be reached: connect ECONNREFUSED 127.0.0.1:2.";
    await eventually(() => expect(errors).toEqual([{ code: "unreachable", message }]));
    expect(states).toBeGreaterThan(0);
  },
);

test.each(["websocket", "polling"] as const)(
  "the refusal of a %s handshake has the server's code",
  async (transport) => {
    const body = JSON.stringify({ success: false, error: "Log in first.", code: "unauthorized" });
    const server = createServer((_request, response) => response.writeHead(401).end(body));
    server.on("upgrade", (_request, socket) => {
      socket.end(`HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    atEnd(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const watch = createWatch({
      url: `http://127.0.0.1:${port}`,
      transports: [transport],
      retryMs: { min: 10, max: 20 },
    });
    atEnd(watch.close);
    const errors: unknown[] = [];
    watch.servicesWS.subscribeLogs("1", "web", () => {}, { onError: (error) => errors.push(error) });
    const message = transport === "polling" ? "Log in first." : "The server refuses the connection (status 401).";
    await eventually(() => expect(errors).toEqual([{ code: "unauthorized", message }]));
  },
);

test("a key can be a function: it is asked for each connect, and its failure is an error", async () => {
  const keys: (string | Error)[] = ["first", new Error("no file"), "second"];
  const { connection, io, calls, socket } = await start({
    token: async () => {
      const key = keys.shift() ?? "last";
      if (key instanceof Error) throw key;
      return key;
    },
  });
  const clients: { close(): void }[] = [];
  io.engine.on("connection", (client: { close(): void }) => clients.push(client));
  const sent: unknown[] = [];
  io.of("/services").use(({ handshake }, next) => {
    sent.push(handshake.auth);
    next(sent.length === 1 ? refusal("unauthorized", "The key has expired.") : undefined);
  });
  const errors: string[] = [];
  createServicesWatch(connection).subscribeLogs("1", "web", () => {}, {
    onError: ({ message }) => errors.push(message),
  });
  await eventually(() => expect(errors).toContain("The key has expired."));
  // No connect is sent without a key: the server ends what says nothing.
  await eventually(() => expect(keys).toHaveLength(1));
  for (const client of clients) client.close();
  await eventually(() => expect(calls).toHaveLength(1));
  expect(sent).toEqual([{ token: "first" }, { token: "second" }]);
  expect(socket("/services")?.handshake.auth).toEqual({ token: "second" });
});
