import type { Socket as ClientSocket } from "socket.io-client";
import { expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { connectionOf, queuedBytes } from "./send-queue.ts";
import { turn, useFanout } from "./testing.ts";

const MESSAGE = 100_000;
/** Most unsent bytes of a connection: the limit is checked before each message, so one more can follow. */
const MAX_HELD = 2 * 1024 * 1024 + MESSAGE + 1_000;

const server = useFanout();

/** Returns the TCP socket of a client. Paused, it receives nothing more, like a stopped browser. */
const tcpOf = (client: ClientSocket) =>
  (client.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws._socket;

interface Gap {
  from: null;
  to: null;
  reason: string;
  dropped: number;
}

test("a stopped consumer holds at most its queue, the others get everything, and it gets a gap for what it missed", async () => {
  const stopped = await server.connect();
  const other = await server.connect();
  const got: (number | Gap)[] = [];
  let others = 0;
  stopped.client.on("n", (number: number) => got.push(number));
  stopped.client.on("gap", (gap: Gap) => got.push(gap));
  other.client.on("n", () => others++);
  other.client.on("gap", () => {
    throw new Error("a consumer that reads gets no gap");
  });
  tcpOf(stopped.client).pause();

  const pad = "x".repeat(MESSAGE);
  let most = 0;
  for (let number = 0; number < 500; number++) {
    server.io.emit("n", number, pad);
    await eventually(() => others === number + 1, 1);
    most = Math.max(most, queuedBytes(connectionOf(stopped.socket)));
  }
  expect(most).toBeLessThan(MAX_HELD);
  expect(most).toBeGreaterThan(MESSAGE);

  tcpOf(stopped.client).resume();
  await eventually(() => typeof got.at(-1) === "object");
  server.io.emit("n", 500);
  await eventually(() => got.at(-1) === 500);
  const numbers = got.filter((value) => typeof value === "number");
  const gaps = got.filter((value) => typeof value === "object");
  // Received events, the events counted by the gap, and later events: complete, without duplicates, in order.
  expect(gaps).toEqual([{ from: null, to: null, reason: "slow_reader", dropped: 501 - numbers.length }]);
  const before = numbers.length - 1;
  expect(numbers).toEqual([...Array.from({ length: before }, (_, number) => number), 500]);
  expect(got.indexOf(gaps[0] as Gap)).toBe(before);
  expect(connectionOf(stopped.socket).writeBuffer.length).toBe(0);
});

test("volatile samples are not queued behind unread bytes, and leave no gap", async () => {
  const { client, socket } = await server.connect();
  const events: string[] = [];
  client.onAny((event) => events.push(event));
  tcpOf(client).pause();
  const pad = "x".repeat(MESSAGE);
  while (queuedBytes(connectionOf(socket)) < MESSAGE) {
    server.io.emit("n", pad);
    await turn();
  }
  const before = queuedBytes(connectionOf(socket));
  for (let number = 0; number < 100; number++) {
    server.io.volatile.emit("sample", pad);
    await turn();
  }
  expect(queuedBytes(connectionOf(socket))).toBe(before);
  tcpOf(client).resume();
  await eventually(() => queuedBytes(connectionOf(socket)) === 0);
  server.io.emit("end");
  await eventually(() => events.at(-1) === "end");
  expect(events).not.toContain("sample");
  expect(events).not.toContain("gap");
});

test("a client that connects over polling and never polls again holds at most its queue", async () => {
  const polling = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const opened = await (await fetch(polling)).text();
  const { sid } = JSON.parse(opened.slice(1)) as { sid: string };
  const accepted = new Promise<Parameters<typeof connectionOf>[0]>((resolve) => server.io.once("connection", resolve));
  await fetch(`${polling}&sid=${sid}`, { method: "POST", body: "40" });
  const connection = connectionOf(await accepted);
  const pad = "x".repeat(MESSAGE);
  for (let number = 0; number < 200; number++) server.io.emit("n", number, pad);
  expect(queuedBytes(connection)).toBeLessThan(MAX_HELD);
  for (let number = 0; number < 10_000; number++) server.io.emit("n", number);
  expect(connection.writeBuffer.length).toBeLessThan(2_100);
});
