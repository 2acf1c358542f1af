import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOriginPolicy } from "../../shared/server/http/origin-policy.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type SocketProxy, startSocketProxy } from "../../shared/testing/peers/socket-proxy.ts";
import { PAGE_ORIGIN, startRealtime, type TestRealtime } from "../testing.ts";
import { countsUp, openViewer, type Viewer } from "./viewer.ts";

const TRANSPORTS = ["websocket", "polling"] as const;

/** A proxy that forwards nothing acts like a network that drops every packet: neither end learns that the other is gone. */
describe.skipIf(await lacks("docker"))("a network that drops every packet", () => {
  const engine = testEngine();
  let realtime: TestRealtime;
  let proxy: SocketProxy;
  let name: string;
  const viewers: Viewer[] = [];
  const open = (transport: (typeof TRANSPORTS)[number]) => {
    const viewer = openViewer(`http://127.0.0.1:${proxy.port}`, "services", name, { transport });
    viewers.push(viewer);
    return viewer;
  };

  beforeAll(async () => {
    // The port of the proxy is known only after that of the server.
    const originPolicy = { ...createOriginPolicy([PAGE_ORIGIN], []), allowsHost: () => true };
    realtime = await startRealtime({ originPolicy, heartbeat: { intervalMs: 4_000, timeoutMs: 3_000 } });
    proxy = await startSocketProxy(Number(new URL(realtime.url).port));
    ({ name } = await engine.run({ script: "i=0; while true; do echo $i; i=$((i+1)); sleep 0.05; done" }));
  });
  afterAll(async () => {
    for (const { socket } of viewers) socket.disconnect();
    await proxy.close();
    await realtime.stop();
    await engine.removeAll();
  });

  const connections = () => realtime.realtime.health().connections.services;

  test("for a moment loses and repeats nothing; for longer, everything stored for the viewers is freed, and they continue at their cursors", async () => {
    for (const transport of TRANSPORTS) for (let index = 0; index < 5; index++) open(transport);
    const longer = (than: number[]) =>
      eventually(() => viewers.every(({ reader }, index) => reader.lines.length > (than[index] ?? 0) + 20));
    const counts = () => viewers.map(({ reader }) => reader.lines.length);
    await longer([]);

    const { socket: bystander } = openViewer(realtime.url, "services", name);
    const next = () => new Promise((resolve) => bystander.once("logs", resolve));
    await next();
    proxy.hang();
    await next(); // what the proxy had forwarded has arrived
    const held = counts();
    await next(); // the other side continues
    expect(counts()).toEqual(held);
    proxy.resume();
    await longer(held);

    proxy.hang();
    bystander.disconnect();
    await eventually(() => connections() === 0, 250);
    await eventually(() => realtime.realtime.health().activeStreams === 0);

    const before = counts();
    proxy.cut(); // lost packets do not return
    proxy.resume();
    await longer(before);
    await eventually(() => expect(connections()).toBe(viewers.length));
    for (const { reader } of viewers) {
      expect(countsUp(reader)).toBe(true);
      expect(reader.gaps).toEqual([]);
    }
  });
});
