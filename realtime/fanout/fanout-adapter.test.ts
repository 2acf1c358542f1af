import { once } from "node:events";
import type { Socket as ClientSocket } from "socket.io-client";
import { describe, expect, test } from "vitest";
import { eventually } from "../../shared/testing/eventually.ts";
import { connectionOf } from "./send-queue.ts";
import { collect, turn, useFanout } from "./testing.ts";

const server = useFanout();

const recordAll = (client: ClientSocket) => {
  const got: string[] = [];
  client.onAny((event) => got.push(event));
  return got;
};

describe.each(["websocket", "polling"] as const)("over %s", (transport) => {
  test("a broadcast reaches the sockets of its rooms once, and nobody else", async () => {
    const a = await server.connect([transport]);
    const b = await server.connect([transport]);
    const c = await server.connect([transport]);
    const d = await server.connect([transport]);
    await a.socket.join(["one", "two", "three"]);
    await b.socket.join("two");
    await c.socket.join(["three", "left-out"]);
    const got = [a, b, c, d].map(({ client }) => recordAll(client));
    for (let times = 0; times < 2; times++) {
      server.io.to("one").to("two").to("three").emit("rooms");
      server.io.to(["one", "two", "three"]).except("left-out").emit("except");
      a.socket.to("two").emit("others");
      b.socket.broadcast.emit("all-but-b");
      server.io.emit("all");
      server.io.to(d.socket.id).emit("own-room");
      server.io.to("empty").emit("nobody");
      server.io.local.emit("local");
    }
    server.io.emit("end");
    await eventually(() => got.every((events) => events.at(-1) === "end"));
    const twice = (...events: string[]) => [...events, ...events, "end"];
    expect(got).toEqual([
      twice("rooms", "except", "all-but-b", "all", "local"),
      twice("rooms", "except", "others", "all", "local"),
      twice("rooms", "all-but-b", "all", "local"),
      twice("all-but-b", "all", "own-room", "local"),
    ]);
  });

  test("a socket that left a room or the server in the same turn receives nothing more from it", async () => {
    const { client, socket } = await server.connect([transport]);
    await socket.join("room");
    const got = recordAll(client);
    server.io.to("room").emit("first");
    server.io.to("room").emit("second");
    await socket.leave("room");
    server.io.to("room").emit("third");
    server.io.emit("end");
    await eventually(() => got.at(-1) === "end");
    expect(got).toEqual(["first", "second", "end"]);
  });

  test("a broadcast collects the acknowledgements of all recipients", async () => {
    const first = await server.connect([transport]);
    const second = await server.connect([transport]);
    first.client.on("question", (_text: string, answer: (text: string) => void) => answer("one"));
    second.client.on("question", (_text: string, answer: (text: string) => void) => answer("two"));
    server.io.emit("noise");
    const answers = await server.io.timeout(60_000).emitWithAck("question", "which?");
    expect(answers.toSorted()).toEqual(["one", "two"]);
  });

  test("outgoing listeners see each broadcast", async () => {
    const { socket, client } = await server.connect([transport]);
    const seen: unknown[] = [];
    socket.onAnyOutgoing((...values) => seen.push(values));
    const got = collect(client, "n", 2);
    server.io.emit("n", 1);
    server.io.emit("n", 2);
    await got;
    expect(seen).toEqual([
      ["n", 1],
      ["n", 2],
    ]);
  });

  test.each([
    ["disconnect()", false, "io server disconnect"],
    ["disconnect(true)", true, "io server disconnect"],
  ])("packets sent before %s arrive before it, and the client gets the reason", async (_what, close, reason) => {
    const { client, socket } = await server.connect([transport]);
    const got: unknown[] = [];
    client.onAny((event) => got.push(event));
    client.on("disconnect", (why) => got.push(why));
    const left = once(socket, "disconnect");
    server.io.emit("one");
    server.io.emit("two");
    socket.disconnect(close);
    expect(await left).toContain("server namespace disconnect");
    await eventually(() => got.length === 3);
    expect(got).toEqual(["one", "two", reason]);
  });

  test("a client that leaves is distinguished from one whose connection ends", async () => {
    const leaving = await server.connect([transport]);
    const ending = await server.connect([transport]);
    const left = once(leaving.socket, "disconnect");
    const ended = once(ending.socket, "disconnect");
    server.io.emit("n", 1);
    server.io.emit("n", 2);
    leaving.client.disconnect();
    ending.client.io.engine.close();
    expect((await left)[0]).toBe("client namespace disconnect");
    expect((await ended)[0]).toBe("transport close");
  });
});

test("nothing follows the closing frame of a connection closed in the middle of a turn", async () => {
  const { client, socket } = await server.connect();
  const reason = new Promise((resolve) => client.once("disconnect", resolve));
  server.io.emit("n", 1);
  server.io.emit("n", 2);
  const tcp = connectionOf(socket).transport.socket?._socket;
  if (!tcp) throw new Error("no TCP socket");
  const written: number[] = [];
  const write = tcp.write.bind(tcp);
  tcp.write = (data) => {
    written.push(data.length);
    return write(data);
  };
  socket.conn.close();
  const atClose = written.length;
  await turn();
  await turn();
  expect(written.length).toBe(atClose);
  expect(await reason).toBe("transport close");
});

test("a volatile broadcast reaches the sockets that read", async () => {
  const { client } = await server.connect();
  const got = collect<number>(client, "sample", 3);
  for (let number = 0; number < 3; number++) {
    server.io.volatile.emit("sample", number);
    await turn();
  }
  expect(await got).toEqual([0, 1, 2]);
});
