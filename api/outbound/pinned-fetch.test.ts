import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPinnedFetch } from "./pinned-fetch.ts";

let server: Server;
let parts: string[] = [];

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const part of parts) response.write(part);
    response.end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => void server.close());

const read = async () => {
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const pinned = createPinnedFetch({ url, addresses: ["127.0.0.1"] });
  try {
    return (await (await pinned.fetch(url)).arrayBuffer()).byteLength;
  } finally {
    pinned.close();
  }
};
const MIB = 1024 * 1024;
const line = `data: ${"x".repeat(MIB - 7)}\n`;

test.for([
  ["line feeds", "\n"],
  ["carriage returns", "\r\n\r\n"],
  ["a blank line in two parts", "\n"],
] as const)("reads an endless stream of events that end with %s", async ([name, blank]) => {
  const events = Array.from({ length: 20 }, () => [line, blank]);
  parts = name.includes("two parts") ? events.flat() : events.map((event) => event.join(""));
  expect(await read()).toBeGreaterThan(20 * MIB - 1);
});

test("refuses an event that is larger than 16 MiB, in however many lines it comes", async () => {
  parts = Array.from({ length: 17 }, () => line);
  await expect(read()).rejects.toThrow("larger than 16 MiB");
});

test.for([
  "999 Request denied",
  "600 X",
  "099 X",
  "101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket",
])("fails for the status %j, and closes the connection", async (status) => {
  const closed = Promise.withResolvers<void>();
  const odd = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("close", () => closed.resolve());
    socket.once("data", () => socket.write(`HTTP/1.1 ${status}\r\n\r\n`));
  }).listen(0, "127.0.0.1");
  await once(odd, "listening");
  const url = new URL(`http://127.0.0.1:${(odd.address() as AddressInfo).port}/`);
  const pinned = createPinnedFetch({ url, addresses: ["127.0.0.1"] });
  await expect(pinned.fetch(url)).rejects.toThrow("did not respond with HTTP");
  await closed.promise;
  odd.close();
});
