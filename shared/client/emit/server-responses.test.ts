import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../../testing/eventually.ts";
import { createEmitter, type Emitter } from "./emitter.ts";
import { request } from "./request.ts";
import { type Receiver, type Respond, reply, startEmitReceiver, TOKEN } from "./testing.ts";

let emitter: Emitter;
const receivers: Receiver[] = [];
afterEach(async () => {
  await emitter?.close(0);
  for (const receiver of receivers.splice(0)) await receiver.stop();
});
const start = async (respond?: Respond) => {
  const receiver = await startEmitReceiver({ respond });
  receivers.push(receiver);
  return receiver;
};
const connect = (url: string, options: object = {}) =>
  createEmitter({ url, token: TOKEN, requestTimeoutMs: 60_000, ...options });
const html = (response: ServerResponse, status: number, headers: Record<string, string> = {}) => {
  response.writeHead(status, { "content-type": "text/html", ...headers }).end("<html><body>Something</body></html>");
  return true;
};
const failure = (code: string) => ({ success: false, error: "A sentence.", code, requestId: "r" });

describe("an event is refused, and not sent again, after", () => {
  const final: [string, string, (response: ServerResponse) => boolean][] = [
    ["400", "invalid_input", (response) => reply(response, 400, failure("invalid_input"))],
    ["400 of a proxy", "invalid_input", (response) => html(response, 400)],
    ["401", "unauthorized", (response) => reply(response, 401, failure("unauthorized"))],
    ["401 of a proxy", "unauthorized", (response) => html(response, 401)],
    ["403 of a proxy", "forbidden", (response) => html(response, 403)],
    ["404", "not_found", (response) => reply(response, 404, failure("not_found"))],
    ["405", "method_not_allowed", (response) => reply(response, 405, failure("method_not_allowed"))],
    ["413", "too_large", (response) => reply(response, 413, failure("too_large"))],
    ["413 of a proxy", "too_large", (response) => html(response, 413)],
    ["415", "unsupported_media_type", (response) => reply(response, 415, failure("unsupported_media_type"))],
    ["421", "misdirected_request", (response) => reply(response, 421, failure("misdirected_request"))],
  ];
  test.each(final)("%s", async (_status, code, respond) => {
    const receiver = await start((_request, response) => respond(response));
    emitter = connect(receiver.url);
    expect(await emitter.emitToSystem("x", 1)).toEqual({ refused: expect.any(String), code });
    expect(emitter.counts()).toEqual({ queued: 0, dropped: 0 });
    receiver.respond = undefined;
    expect(await emitter.emitToSystem("x", 2)).toEqual({ delivered: 1 });
    expect(receiver.data()).toEqual([2]);
  });
});

describe("an event is queued and delivered later after", () => {
  const elsewhere = "http://127.0.0.1:2/emit";
  const passing: [string, Respond, { requestTimeoutMs: number }?][] = [
    ["408", (_request, response) => html(response, 408)],
    ["429", (_request, response) => reply(response, 429, failure("rate_limited"), { "retry-after": "0" })],
    ["500", (_request, response) => reply(response, 500, failure("internal"))],
    ["502 of a proxy", (_request, response) => html(response, 502)],
    ["503", (_request, response) => reply(response, 503, failure("overloaded"), { "retry-after": "x" })],
    ["404 of another server", (_request, response) => html(response, 404)],
    ["a page", (_request, response) => html(response, 200)],
    ["JSON of another server", (_request, response) => reply(response, 200, { ok: 1 })],
    ["null", (_request, response) => !!response.end("null")],
    ["an empty response", (_request, response) => !!response.writeHead(204).end()],
    ["a redirect", (_request, response) => html(response, 307, { location: elsewhere })],
    ["a permanent redirect", (_request, response) => html(response, 301, { location: elsewhere })],
    ["a cut connection", (_request, response) => !!response.destroy()],
    ["no response", () => true, { requestTimeoutMs: 100 }],
    [
      "half a response",
      (_request, response) => response.writeHead(200).write('{"success":') || true,
      { requestTimeoutMs: 100 },
    ],
    ["an endless response", (_request, response) => endless(response)],
  ];
  test.each(passing)("%s", async (_what, respond, options) => {
    const receiver = await start(respond);
    emitter = connect(receiver.url, options);
    expect(await emitter.emitToSystem("x", 1)).toEqual({ queued: true });
    expect(await emitter.emitToSystem("x", 2)).toEqual({ queued: true });
    receiver.respond = undefined;
    expect(await emitter.flush(60_000)).toBe(true);
    expect(receiver.data()).toEqual([1, 2]);
  });
});

function endless(response: ServerResponse): true {
  const chunk = Buffer.alloc(64 * 1024, " ");
  const write = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on("drain", write);
  write();
  return true;
}

test("never sends the token to another address", async () => {
  const other = await start();
  const receiver = await start((_request, response) => html(response, 307, { location: `${other.url}/emit` }));
  emitter = connect(receiver.url);
  expect(await emitter.emitToSystem("x", 1)).toEqual({ queued: true });
  expect(other.requests).toEqual([]);
});

test("a lost response makes no second delivery: the repeat has the same id", async () => {
  const receiver = await start();
  let lost = 0;
  receiver.respond = ({ body }, response) => {
    if (lost > 0) return false;
    lost = JSON.parse(body).events.length;
    // The events are accepted as usual, and the connection ends before the response.
    response.end = () => response.destroy() as never;
    return false;
  };
  emitter = connect(receiver.url);
  const results = [1, 2, 3].map((index) => emitter.emitToSystem("x", index));
  expect(await Promise.all(results)).toEqual([{ delivered: 1 }, { delivered: 1 }, { delivered: 1 }]);
  expect(lost).toBe(3);
  expect(receiver.requests[1]?.body).toBe(receiver.requests[0]?.body);
  expect(receiver.data()).toEqual([1, 2, 3]);
});

test("leaves the ids out for an older server, and counts each event still", async () => {
  const receiver = await start();
  /** Knows no `id`, and sends no `counts`. */
  const older: Respond = ({ body }, response) => {
    if (body.includes('"id"')) return reply(response, 400, failure("invalid_input"));
    const { events } = JSON.parse(body);
    receiver.events.push(...events);
    return reply(response, 200, { success: true, delivered: 2 * events.length });
  };
  receiver.respond = older;
  emitter = connect(receiver.url);
  const emit = (...data: number[]) => Promise.all(data.map((index) => emitter.emitToSystem("x", index)));
  expect(await emit(1, 2, 3)).toEqual([{ delivered: 2 }, { delivered: 2 }, { delivered: 2 }]);
  const { length } = receiver.requests;
  expect(await emit(4, 5)).toEqual([{ delivered: 2 }, { delivered: 2 }]);
  expect(receiver.requests.slice(length).some(({ body }) => body.includes('"id"'))).toBe(false);
  expect(receiver.data()).toEqual([1, 2, 3, 4, 5]);
  // After it was away a newer one may be there.
  receiver.respond = (_request, response) => html(response, 502);
  expect(await emit(6)).toEqual([{ queued: true }]);
  receiver.respond = undefined;
  expect(await emitter.flush(60_000)).toBe(true);
  expect(receiver.events.at(-1)).toMatchObject({ data: 6, id: expect.any(String) });
});

test("an older server that refuses one event gets the others", async () => {
  const receiver = await start(({ body }, response) => {
    if (body.includes('"id"') || body.includes('"bad"')) return reply(response, 400, failure("invalid_input"));
    return false;
  });
  emitter = connect(receiver.url);
  const results = ["good", "bad", "better"].map((event) => emitter.emitToSystem(event, event));
  expect(await Promise.all(results)).toMatchObject([{ delivered: 1 }, { code: "invalid_input" }, { delivered: 1 }]);
  expect(receiver.data()).toEqual(["good", "better"]);
});

test("a refused token is asked for again, and a new one used at once", async () => {
  let valid = "first-token";
  const receiver = await start();
  receiver.respond = (_request, response) =>
    receiver.requests.at(-1)?.authorization === `Bearer ${valid}`
      ? false
      : reply(response, 401, failure("unauthorized"));
  let current = "first-token";
  emitter = connect(receiver.url, { token: () => `${current}\n` });
  expect(await emitter.emitToSystem("x", 1)).toEqual({ delivered: 1 });
  valid = "second-token";
  expect(await emitter.emitToSystem("x", 2)).toMatchObject({ code: "unauthorized" });
  current = "second-token";
  expect(await emitter.emitToSystem("x", 3)).toEqual({ delivered: 1 });
  expect(receiver.data()).toEqual([1, 3]);
});

test("Retry-After is seconds or a date, and never more than 30 s, whatever the clocks say", async () => {
  for (const [header, expected] of [
    ["3", 3_000],
    ["86400", 30_000],
    ["Wed, 01 Jan 1990 00:00:00 GMT", 0],
    ["Fri, 01 Jan 2100 00:00:00 GMT", 30_000],
    ["soon", undefined],
  ] as const) {
    const receiver = await start((_request, response) => reply(response, 429, {}, { "retry-after": header }));
    expect((await request(receiver.url, {}, { timeoutMs: 60_000 })).retryAfterMs).toBe(expected);
  }
});

describe("flush and close", () => {
  test("wait for the request in progress and for events that are added meanwhile", async () => {
    const receiver = await start();
    const held: (() => void)[] = [];
    receiver.respond = ({ body }, response) => {
      receiver.respond = undefined;
      held.push(() => {
        receiver.events.push(...JSON.parse(body).events);
        reply(response, 200, { success: true, delivered: 1, counts: [1] });
      });
      return true;
    };
    emitter = connect(receiver.url);
    const first = emitter.emitToSystem("x", 1);
    await eventually(() => expect(held).toHaveLength(1));
    const flushed = emitter.flush(60_000);
    const second = emitter.emitToSystem("x", 2);
    held[0]?.();
    expect(await flushed).toBe(true);
    expect([await first, await second]).toEqual([{ delivered: 1 }, { delivered: 1 }]);
    expect(receiver.data()).toEqual([1, 2]);
    expect(await emitter.flush(0)).toBe(true);
  });

  test("end in time when the server does not respond; what waits is dropped and counted", async () => {
    const receiver = await start(() => true);
    emitter = connect(receiver.url);
    const results = [1, 2].map((index) => emitter.emitToSystem("x", index));
    expect(await emitter.flush(10)).toBe(false);
    expect(await emitter.close(10)).toBe(false);
    expect(await Promise.all(results)).toEqual([{ dropped: true }, { dropped: true }]);
    expect(emitter.counts()).toEqual({ queued: 0, dropped: 2 });
    expect(await emitter.emitToSystem("x", 3)).toMatchObject({ code: "gone" });
    expect(await emitter.close()).toBe(false);
  });
});
