import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { processorSeconds } from "../../shared/testing/resident.ts";
import { startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import { openClient } from "../testing.ts";
import { countsUp, openViewer, type Viewer } from "./viewer.ts";

const CONTAINERS = 18;
const PROCESSES = 2;
const VIEWERS = 200;
const CLIENTS = 1_000;

/** Sessions are checked by the real API, as in production. */
describe.skipIf(await lacks("docker", "linux"))("when the realtime server is killed", () => {
  const engine = testEngine();
  const sockets = new Set<Socket>();
  let pm2: TestPm2;
  let stack: Stack;
  let key: string;

  beforeAll(async () => {
    pm2 = await testPm2();
    const env = { PM2_HOME: pm2.home, MAX_SOCKETS_PER_SESSION: String(CLIENTS) };
    stack = await startStack({ env });
    const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    key = await admin.makeKey();
  });
  afterEach(async () => {
    for (const socket of sockets) socket.disconnect();
    sockets.clear();
    await engine.removeAll();
  });
  afterAll(async () => {
    await stack.realtime.stop(); // the stack's own was killed
    await stack.stop();
    await pm2.close();
  });

  const killAndRestart = async () => {
    stack.realtime.signal("SIGKILL");
    await stack.realtime.exited;
    stack.realtime = await startService("realtime", { env: stack.env, port: stack.realtime.port });
  };

  test("200 viewers of 20 logs reconnect, and no line is lost or repeated", async () => {
    const count = "i=0; while true; do echo $i; i=$((i+1)); sleep 0.1; done";
    const names = Array.from({ length: PROCESSES }, (_, index) => `counter-${index}`);
    for (const name of names) {
      await pm2.start({ name, source: "let i = 0; setInterval(() => console.log(i++), 100);" });
    }
    const containers = await Promise.all(Array.from({ length: CONTAINERS }, () => engine.run({ script: count })));
    const logs: ["services" | "deployments", string][] = [
      ...containers.map(({ name }): ["services", string] => ["services", name]),
      ...names.map((name): ["deployments", string] => ["deployments", name]),
    ];
    const viewers: Viewer[] = Array.from({ length: VIEWERS }, (_, index) => {
      const [namespace, name] = logs[index % logs.length] as (typeof logs)[number];
      return openViewer(stack.realtime.url, namespace, name, { token: key });
    });
    for (const { socket } of viewers) sockets.add(socket);
    const allReceive = (counts: number[]) =>
      eventually(() => {
        const waiting = viewers.flatMap(({ socket, reader }, index) =>
          reader.lines.length > (counts[index] as number)
            ? []
            : [`${logs[index % logs.length]?.join(" ")}: ${socket.connected} ${reader.lines.length} ${reader.states}`],
        );
        expect(waiting).toEqual([]);
      });
    await allReceive(viewers.map(() => 20));

    const seen = viewers.map(({ reader }) => reader.lines.length);
    await killAndRestart();
    await allReceive(seen.map((count) => count + 5));
    expect(viewers.filter(({ reader }) => !countsUp(reader))).toEqual([]);
    expect(viewers.flatMap(({ reader }) => reader.gaps)).toEqual([]);
    const health = await (await fetch(`${stack.realtime.url}/health`)).json();
    expect(health).toMatchObject({ activeStreams: logs.length });
  });

  test("1,000 clients that reconnect at once are admitted, and no password is hashed for them", async () => {
    const clients = Array.from({ length: CLIENTS }, () => openClient(stack.realtime.url, "system", { token: key }));
    for (const socket of clients) sockets.add(socket);
    const connected = () => clients.filter((socket) => socket.connected).length;
    await eventually(() => expect(connected()).toBe(CLIENTS));
    const usedBefore = await processorSeconds(stack.api.pid);
    await killAndRestart();
    await eventually(async () => {
      const health = await (await fetch(`${stack.realtime.url}/health`)).json();
      expect(health).toMatchObject({ connections: { system: CLIENTS } });
      expect(connected()).toBe(CLIENTS);
    });
    // A thousand hashes would take more than twenty seconds of CPU time.
    expect((await processorSeconds(stack.api.pid)) - usedBefore).toBeLessThan(10);
  });
});
