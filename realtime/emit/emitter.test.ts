import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Socket } from "socket.io-client";
import { afterEach, expect, test } from "vitest";
import { createEmitter, type Emitter } from "../../shared/client/emit/emitter.ts";
import { EMIT_BODY_MAX } from "../../shared/protocol/emit.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import { EMIT_TOKEN, nextEvent, openClient, startRealtime } from "../testing.ts";

const parts: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of parts.splice(0).reverse()) await end();
});
const connect = (url: string, token: string): Emitter => {
  const emitter = createEmitter({ url, token, requestTimeoutMs: 60_000 });
  parts.push(() => emitter.close(0));
  return emitter;
};

test("events arrive in order when the realtime server is killed and started again", async () => {
  const stack: Stack = await startStack();
  parts.push(() => stack.stop());
  const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
  const token = (await readFile(join(stack.dataDir, "emit-token"), "utf8")).trim();
  const viewer: Socket = openClient(stack.realtime.url, "system", { token: await admin.makeKey() });
  parts.push(() => viewer.disconnect());
  const got: number[] = [];
  viewer.on("count", (n: number) => got.push(n));
  await nextEvent(viewer, "connect");
  const emitter = connect(stack.realtime.url, token);

  let next = 0;
  const emit = () => emitter.emitToSystem("count", next++);
  for (; next < 100; ) await emit();
  await eventually(() => expect(got).toHaveLength(100));
  const connected = new Promise((resolve) => viewer.once("connect", () => resolve(undefined)));
  const killed = stack.realtime.exited;
  stack.realtime.signal("SIGKILL");
  await killed;
  const beforeRestart = next;
  expect((await emit()).queued).toBe(true);
  for (; next < 200; ) void emit();
  stack.realtime = await startService("realtime", { env: stack.env, port: stack.realtime.port });
  parts.push(() => stack.realtime.stop());
  expect(await emitter.flush(60_000)).toBe(true);
  await connected;
  await eventually(async () => expect((await emit()).delivered).toBe(1));
  await eventually(() => expect(got.at(-1)).toBe(next - 1));

  // A viewer that was away misses events; each of the others comes once and in order.
  expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
  expect(got.slice(0, beforeRestart)).toEqual([...Array(100).keys()]);
  expect(emitter.counts()).toEqual({ queued: 0, dropped: 0 });
});

test("events whose response was lost are delivered once by the same server", async () => {
  const realtime = await startRealtime();
  parts.push(() => realtime.stop());
  // Passes each request on and cuts every second response.
  let requests = 0;
  const proxy = createServer((incoming, outgoing) => {
    const cuts = requests++ % 2 === 0;
    const headers = { ...incoming.headers, host: new URL(realtime.url).host };
    const passed = request(`${realtime.url}${incoming.url}`, { method: incoming.method, headers }, (response) => {
      response.on("end", () => cuts && outgoing.destroy());
      if (cuts) response.resume();
      else response.pipe(outgoing);
    });
    incoming.pipe(passed);
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  parts.push(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  const viewer = realtime.connect("system");
  const got: number[] = [];
  viewer.on("count", (n: number) => got.push(n));
  await nextEvent(viewer, "connect");
  const emitter = connect(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, EMIT_TOKEN);
  for (let round = 0; round < 10; round++) {
    const results = [0, 1, 2].map((index) => emitter.emitToSystem("count", round * 3 + index));
    expect(await Promise.all(results)).toEqual([{ delivered: 1 }, { delivered: 1 }, { delivered: 1 }]);
  }
  await eventually(() => expect(got).toHaveLength(30));
  expect(got).toEqual([...Array(30).keys()]);
  expect(requests).toBe(20);
});

test("the realtime server refuses what the client lets through, and the other events arrive", async () => {
  const realtime = await startRealtime();
  parts.push(() => realtime.stop());
  const viewer = realtime.connect("system");
  const got: string[] = [];
  viewer.onAny((event) => got.push(event));
  await nextEvent(viewer, "connect");
  const emitter = connect(realtime.url, EMIT_TOKEN);
  const deep = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);
  const results = await Promise.all([
    emitter.emitToSystem("first", 1),
    emitter.emitToSystem("deep", deep),
    emitter.emitToSystem("last", 1),
  ]);
  expect(results).toMatchObject([{ delivered: 1 }, { code: "invalid_input" }, { delivered: 1 }]);
  await eventually(() => expect(got).toEqual(["first", "last"]));
  // The largest event that the client lets through fits the server's limit.
  const largest = "x".repeat(EMIT_BODY_MAX - 160 - '{"namespace":"system","event":"big","data":""}'.length);
  expect(await emitter.emitToSystem("big", largest)).toEqual({ delivered: 1 });
  expect(await emitter.emitToSystem("big", `${largest}x`)).toMatchObject({ code: "too_large" });
  const stranger = connect(realtime.url, "a-token-that-is-not-the-servers-own");
  expect(await stranger.emitToSystem("x", 1)).toMatchObject({ code: "unauthorized" });
  expect(await stranger.checkWSHealth()).toBe(true);
});
