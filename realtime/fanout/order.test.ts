import type { Socket } from "socket.io";
import { describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { connectionOf } from "./send-queue.ts";
import { collect, turn, useFanout } from "./testing.ts";

const server = useFanout();

/** Sends the number by one of Socket.IO's ways, chosen by the number; acknowledgements are counted. */
function send(socket: Socket, number: number, onAcknowledged: () => void): void {
  const binary = Buffer.from(String(number));
  switch ((number * 7919) % 13) {
    case 0:
      socket.emit("n", number);
      break;
    case 1:
      socket.emit("n", number, binary);
      break;
    case 2:
      server.io.to("room").emit("n", number, { binary });
      break;
    case 3:
      socket.emit("n", number, onAcknowledged);
      break;
    case 4:
      server.io.to("room").emit("n", number, "ü".repeat(number % 300));
      break;
    case 5:
      server.io.to(["room", "other"]).emit("n", number);
      break;
    case 6:
      server.io.except("nobody").emit("n", number);
      break;
    case 7:
      server.io.to("room").emit("n", number, "x".repeat(70_000));
      break;
    default:
      server.io.to("room").emit("n", number);
  }
}

describe.each([
  { how: "over WebSocket", transports: ["websocket"] as const },
  { how: "over polling", transports: ["polling"] as const },
  { how: "through an upgrade", transports: ["polling", "websocket"] as const },
])("$how", ({ transports }) => {
  test("broadcasts, single, binary and acknowledged packets arrive in the order they were sent", async () => {
    const { client, socket } = await server.connect([...transports]);
    await socket.join(["room", "other"]);
    const got: number[] = [];
    client.on("n", (number: number, ...rest: unknown[]) => {
      got.push(number);
      const acknowledge = rest.at(-1);
      if (typeof acknowledge === "function") acknowledge();
    });
    const last = transports.at(-1) as string;
    let sent = 0;
    let acknowledged = 0;
    let expected = 0;
    // Before, during and well after an upgrade.
    for (let after = 0; after < 300; after += connectionOf(socket).transport.name === last ? 1 : 0) {
      for (let inTurn = sent % 9; inTurn >= 0; inTurn--) {
        if ((sent * 7919) % 13 === 3) expected++;
        send(socket, sent++, () => acknowledged++);
      }
      await turn();
      if (sent - got.length > 500) await eventually(() => got.length > sent - 100);
    }
    await eventually(() => got.length === sent);
    expect(got).toEqual(Array.from({ length: sent }, (_, number) => number));
    await eventually(() => acknowledged === expected);
  });
});

test("binary and text of one turn arrive whole and in order", async () => {
  const { client, socket } = await server.connect();
  await socket.join("room");
  const got: unknown[] = [];
  client.on("n", (...values) => got.push(values));
  server.io.to("room").emit("n", 1);
  server.io.to("room").emit("n", 2, Buffer.from("two"));
  server.io.to("room").emit("n", 3);
  server.io.to("room").emit("n", 4);
  socket.emit("n", 5);
  await eventually(() => got.length === 5);
  expect(got).toEqual([[1], [2, Buffer.from("two")], [3], [4], [5]]);
});

test.each([0, 100, 125, 126, 65_535, 65_536, 300_000])(
  "two broadcasts of %i characters in one turn arrive whole",
  async (length) => {
    const { client, socket } = await server.connect();
    await socket.join("room");
    const texts = ["a", "é"].map((character) => character.repeat(length));
    const got = collect<string>(client, "text", 2);
    for (const text of texts) server.io.to("room").emit("text", text);
    expect(await got).toEqual(texts);
  },
);

test("a busy turn costs one write per connection", async () => {
  const { client, socket } = await server.connect();
  await socket.join("room");
  const got = collect<number>(client, "n", 102);
  server.io.to("room").emit("n", 0);
  server.io.to("room").emit("n", 1);
  await turn();
  const tcp = connectionOf(socket).transport.socket?._socket;
  if (!tcp) throw new Error("no TCP socket");
  let writes = 0;
  const write = tcp.write.bind(tcp);
  tcp.write = (data) => {
    writes++;
    return write(data);
  };
  for (let number = 2; number < 102; number++) server.io.to("room").emit("n", number);
  expect(await got).toEqual(Array.from({ length: 102 }, (_, number) => number));
  expect(writes).toBe(1);
});

test("a single broadcast is written before its turn ends", async () => {
  const { socket } = await server.connect();
  await socket.join("room");
  const tcp = connectionOf(socket).transport.socket?._socket;
  if (!tcp) throw new Error("no TCP socket");
  let writes = 0;
  const write = tcp.write.bind(tcp);
  tcp.write = (data) => {
    writes++;
    return write(data);
  };
  server.io.to("room").emit("n", 0);
  expect(writes).toBe(1);
});

test("without a TCP socket, everything goes through Engine.IO, in order", async () => {
  const { client, socket } = await server.connect();
  await socket.join("room");
  // Some runtimes hide it, for example Deno.
  const webSocket = connectionOf(socket).transport.socket as object;
  const shown = Object.getOwnPropertyDescriptor(webSocket, "_socket") as PropertyDescriptor;
  Object.defineProperty(webSocket, "_socket", { get: () => undefined, configurable: true });
  const got = collect<number>(client, "n", 200);
  for (let number = 0; number < 200; number++) {
    if (number % 3 === 0) socket.emit("n", number);
    else server.io.to("room").emit("n", number);
    if (number % 20 === 0) await turn();
  }
  expect(await got).toEqual(Array.from({ length: 200 }, (_, number) => number));
  Object.defineProperty(webSocket, "_socket", shown);
});

test("broadcasts of one turn reach the members of the room at each of them, between packets to one socket", async () => {
  const [stays, leaves, joins, polls] = [
    await server.connect(),
    await server.connect(),
    await server.connect(),
    await server.connect(["polling"]),
  ];
  for (const { socket } of [stays, leaves]) await socket.join("room");
  const members = [stays, leaves, joins, polls];
  const got = members.map(({ client }) => {
    const numbers: number[] = [];
    client.on("n", (number: number) => numbers.push(number));
    return numbers;
  });
  const emit = (...numbers: number[]) => {
    for (const number of numbers) server.io.to("room").emit("n", number);
  };
  emit(1, 2, 3, 4);
  void joins.socket.join("room");
  emit(5, 6, 7);
  void leaves.socket.leave("room");
  emit(8, 9, 10);
  stays.socket.emit("n", 11);
  emit(12, 13);
  server.io.emit("n", 14);
  server.io.emit("n", 15);
  emit(16, 17);
  void polls.socket.join("room");
  emit(18, 19, 20);
  leaves.client.disconnect();
  joins.socket.disconnect();
  emit(21, 22);
  const expected = [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22],
    [1, 2, 3, 4, 5, 6, 7, 14, 15],
    [5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20],
    [14, 15, 18, 19, 20, 21, 22],
  ];
  await eventually(() => expect([got[0], got[2], got[3]]).toEqual([expected[0], expected[2], expected[3]]));
  // A client that disconnects itself gets a beginning of what was sent before.
  expect(expected[1]?.slice(0, got[1]?.length)).toEqual(got[1]);
});
