import { afterEach, expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { createEmitter, type Emitter } from "./emitter.ts";
import type { EmitResult } from "./result.ts";
import { type Receiver, reply, startEmitReceiver, TOKEN } from "./testing.ts";

let emitter: Emitter;
let receiver: Receiver | undefined;
afterEach(async () => {
  await emitter?.close(0);
  await receiver?.stop();
  receiver = undefined;
});

const connect = (url: string, options: object = {}) =>
  createEmitter({ url, token: TOKEN, requestTimeoutMs: 60_000, ...options });
/** An address where nobody listens. */
const startAndStop = async () => {
  const gone = await startEmitReceiver();
  await gone.stop();
  return gone;
};
const numbers = (count: number, first = 0) => Array.from({ length: count }, (_, index) => first + index);

test("addresses the room of each kind, and resolves with the count of each event", async () => {
  receiver = await startEmitReceiver();
  receiver.respond = ({ body }, response) => {
    const counts = JSON.parse(body).events.map((_: unknown, index: number) => index);
    return reply(response, 200, { success: true, delivered: 15, counts, addedLater: 1 });
  };
  emitter = connect(`${receiver.url}/`);
  const results = await Promise.all([
    emitter.emitToService("web", "status", { state: "running" }),
    emitter.emitToDeployment("api", "status", 1),
    emitter.emitToMCP("m1", "status", 2),
    emitter.emitToFiles("/a b", "change", 3),
    emitter.emitToSystem("notice", null),
    emitter.emitToWS("/services", "services:changed", 5),
    emitter.emitToWS("services", "status", 6, "service:db"),
  ]);
  expect(results).toEqual(numbers(7).map((delivered) => ({ delivered })));
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]).toMatchObject({ path: "/emit", authorization: `Bearer ${TOKEN}` });
  const { events } = JSON.parse(receiver.requests[0]?.body ?? "");
  const ids = events.map(({ id }: { id: string }) => id);
  expect(new Set(ids).size).toBe(7);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9._:-]{1,64}$/);
  expect(events).toMatchObject([
    { namespace: "services", event: "status", data: { state: "running" }, room: "service:web" },
    { namespace: "deployments", event: "status", data: 1, room: "deployment:api" },
    { namespace: "mcp", event: "status", data: 2, room: "mcp:m1" },
    { namespace: "files", event: "change", data: 3, room: "files:/a b" },
    { namespace: "system", event: "notice", data: null },
    { namespace: "services", event: "services:changed", data: 5 },
    { namespace: "services", event: "status", data: 6, room: "service:db" },
  ]);
});

test("delivers events of different turns in order", async () => {
  receiver = await startEmitReceiver();
  emitter = connect(receiver.url);
  const results: Promise<EmitResult>[] = [];
  for (const index of numbers(300)) {
    results.push(emitter.emitToSystem("count", index));
    if (index % 7 === 0) await new Promise(setImmediate);
  }
  expect(await Promise.all(results)).toEqual(numbers(300).map(() => ({ delivered: 1 })));
  expect(receiver.data()).toEqual(numbers(300));
});

test("keeps the latest 1,000 of 10,000 events while the server is away, and sends them in order", async () => {
  const { port, url } = await startAndStop();
  emitter = connect(url);
  const results = numbers(10_000).map((index) => emitter.emitToSystem("count", index));
  expect(emitter.counts()).toEqual({ queued: 1_000, dropped: 9_000 });
  const settled = await Promise.all(results);
  expect(settled.slice(0, 9_000).every(({ dropped }) => dropped)).toBe(true);
  expect(settled.slice(9_000).every(({ queued }) => queued)).toBe(true);
  expect(await emitter.emitToSystem("count", 10_000)).toEqual({ queued: true }); // without a request of its own
  receiver = await startEmitReceiver({ port });
  expect(await emitter.flush(60_000)).toBe(true);
  const { queued, dropped } = emitter.counts();
  expect(queued).toBe(0);
  expect([9_000, 9_001]).toContain(dropped); // the event that the last one replaced may have been in a request
  expect(receiver.data()).toEqual(numbers(10_001 - dropped, dropped));
  expect(await emitter.emitToSystem("count", "back")).toEqual({ delivered: 1 });
});

test("drops the oldest event and not the newest while a request holds all of them", async () => {
  receiver = await startEmitReceiver({ respond: () => true });
  emitter = connect(receiver.url);
  const results = numbers(1_000).map((index) => emitter.emitToSystem("count", index));
  await eventually(() => expect(receiver?.requests).toHaveLength(1));
  results.push(emitter.emitToSystem("count", 1_000));
  expect(emitter.counts()).toEqual({ queued: 1_000, dropped: 0 });
  const { port } = receiver;
  await receiver.stop();
  receiver = undefined;
  expect((await Promise.all(results)).map(({ dropped = false }) => dropped)).toEqual(
    numbers(1_001).map((n) => n === 0),
  );
  expect(emitter.counts()).toEqual({ queued: 1_000, dropped: 1 });
  receiver = await startEmitReceiver({ port });
  expect(await emitter.flush(60_000)).toBe(true);
  expect(receiver.data()).toEqual(numbers(1_000, 1));
});

test("keeps no more than 5 MB of events", async () => {
  const { port, url } = await startAndStop();
  emitter = connect(url);
  for (const index of numbers(10)) void emitter.emitToSystem("big", `${index}`.repeat(900_000));
  expect(emitter.counts()).toEqual({ queued: 5, dropped: 5 });
  receiver = await startEmitReceiver({ port });
  await eventually(() => expect(receiver?.data()).toHaveLength(5));
  expect(receiver.data().map((data) => String(data).charAt(0))).toEqual(["5", "6", "7", "8", "9"]);
});

test("takes a snapshot of the data, whatever characters it has", async () => {
  receiver = await startEmitReceiver();
  emitter = connect(receiver.url);
  const data: { text: string; self?: object } = { text: "ü 漢 \u{1f600} \ud800 \u2028 \0" };
  const sent = emitter.emitToSystem("status", data);
  data.text = "changed";
  expect(await sent).toEqual({ delivered: 1 });
  expect(await emitter.emitToFiles("/ü 漢/\u{1f600}", "change", 1)).toEqual({ delivered: 1 });
  const big = "漢".repeat(340_000);
  expect(await emitter.emitToSystem("status", big)).toEqual({ delivered: 1 });
  expect(receiver.data()).toEqual([{ text: "ü 漢 \u{1f600} \ud800 \u2028 \0" }, 1, big]);
});

const cyclic: { self?: object } = {};
cyclic.self = cyclic;
const throwing = {
  get field() {
    throw new Error("no");
  },
};
// biome-ignore lint/suspicious/noExplicitAny: callers without types pass anything
const mistakes: [string, (emitter: any) => Promise<EmitResult>, string][] = [
  ["cyclic data", (e) => e.emitToSystem("x", cyclic), "invalid_input"],
  ["a BigInt", (e) => e.emitToSystem("x", { n: 1n }), "invalid_input"],
  ["undefined", (e) => e.emitToSystem("x", undefined), "invalid_input"],
  ["a function", (e) => e.emitToSystem("x", () => 1), "invalid_input"],
  ["a symbol", (e) => e.emitToSystem("x", Symbol("x")), "invalid_input"],
  ["data that throws", (e) => e.emitToSystem("x", throwing), "invalid_input"],
  ["data that is undefined as JSON", (e) => e.emitToSystem("x", { toJSON: () => undefined }), "invalid_input"],
  ["more than 1 MiB", (e) => e.emitToSystem("x", "x".repeat(1024 * 1024)), "too_large"],
  ["more than 1 MiB in UTF-8", (e) => e.emitToSystem("x", "漢".repeat(350_000)), "too_large"],
  ["a reserved event", (e) => e.emitToSystem("connect", 1), "invalid_input"],
  ["no event", (e) => e.emitToSystem(), "invalid_input"],
  ["an unknown namespace", (e) => e.emitToWS("ghost", "x", 1), "not_found"],
  ["a namespace that is no text", (e) => e.emitToWS(Symbol("x"), "x", 1), "invalid_input"],
  ["a room of another namespace", (e) => e.emitToWS("services", "x", 1, "mcp:a"), "invalid_input"],
  ["no service id", (e) => e.emitToService(undefined, "x", 1), "invalid_input"],
  ["an empty service id", (e) => e.emitToService("", "x", 1), "invalid_input"],
  ["a service id that is a number", (e) => e.emitToService(7, "x", 1), "invalid_input"],
  ["a control character", (e) => e.emitToService("a\nb", "x", 1), "invalid_input"],
];
test.each(mistakes)("refuses %s without a request", async (_what, call, code) => {
  receiver = await startEmitReceiver();
  emitter = connect(receiver.url);
  expect(await call(emitter)).toEqual({ refused: expect.stringMatching(/^[A-Z].*\.$/s), code });
  expect(receiver.requests).toEqual([]);
  expect(emitter.counts()).toEqual({ queued: 0, dropped: 0 });
});

test("refuses events when the address or the token cannot be used", async () => {
  for (const url of ["nonsense", "ftp://127.0.0.1", "http://user:secret@127.0.0.1"]) {
    emitter = connect(url);
    expect(await emitter.emitToSystem("x", 1)).toMatchObject({ code: "invalid_input" });
    expect(await emitter.checkWSHealth()).toBe(false);
  }
  const unreadable = () => Promise.reject(Object.assign(new Error("open '/secret'"), { code: "ENOENT" }));
  for (const token of ["", "two words", "line\nbreak", unreadable]) {
    emitter = connect("http://127.0.0.1:2", { token });
    const result = await emitter.emitToSystem("x", 1);
    expect(result).toMatchObject({ code: "unauthorized" });
    expect(result.refused).not.toContain("secret");
    expect(emitter.counts()).toEqual({ queued: 0, dropped: 0 });
  }
});

test("sends a refused batch again event by event", async () => {
  receiver = await startEmitReceiver();
  receiver.respond = ({ body }, response) =>
    body.includes('"unknown"') && reply(response, 404, { success: false, error: "No.", code: "not_found" });
  emitter = connect(receiver.url);
  const results = ["one", "unknown", "two"].map((event) => emitter.emitToSystem(event, event));
  expect(await Promise.all(results)).toEqual([
    { delivered: 1 },
    { refused: "No.", code: "not_found" },
    { delivered: 1 },
  ]);
  expect(receiver.data()).toEqual(["one", "two"]);
  expect(receiver.requests).toHaveLength(4);
});

test("sends only the rest again when the server goes away within a refused batch", async () => {
  receiver = await startEmitReceiver();
  let away = false;
  receiver.respond = ({ body }, response) => {
    const { length } = JSON.parse(body).events;
    if (length > 1) return reply(response, 413, { success: false });
    if (!away && body.includes('"data":1')) {
      away = true;
      return reply(response, 503, { success: false, code: "overloaded" });
    }
    return false;
  };
  emitter = connect(receiver.url);
  const results = numbers(3).map((index) => emitter.emitToSystem("count", index));
  expect(await Promise.all(results)).toEqual([{ delivered: 1 }, { queued: true }, { queued: true }]);
  expect(await emitter.flush(60_000)).toBe(true);
  expect(receiver.data()).toEqual([0, 1, 2]);
  expect(receiver.requests.filter(({ body }) => body.includes('"data":0,') || body.includes('"data":0}'))).toHaveLength(
    2,
  );
});

test("tells whether the realtime server is healthy", async () => {
  receiver = await startEmitReceiver();
  emitter = connect(receiver.url);
  expect(await emitter.checkWSHealth()).toBe(true);
  receiver.respond = (_request, response) => {
    response.end("<html>");
    return true;
  };
  expect(await emitter.checkWSHealth()).toBe(false);
  await receiver.stop();
  receiver = undefined;
  expect(await emitter.checkWSHealth()).toBe(false);
});
