import process from "node:process";
import { afterEach, describe, expect, test } from "vitest";
import { type PrivateEngine, startPrivateEngine, type TestContainer } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { nextEvent, readLogs, startRealtime, type TestRealtime } from "../testing.ts";

/** Script that prints a unique run number, then counts. */
const counter =
  "read run < /proc/sys/kernel/random/uuid; i=0; while true; do echo $run $i; i=$((i+1)); sleep 0.01; done";

describe.skipIf(await lacks("private-engine"))("a viewer of a log", () => {
  let engine: PrivateEngine | undefined;
  let realtime: TestRealtime | undefined;
  afterEach(async () => {
    await realtime?.stop();
    await engine?.close();
    engine = realtime = undefined;
  });

  const start = async (options: { liveRestore?: boolean } = {}) => {
    engine = await startPrivateEngine(options);
    realtime = await startRealtime({ dockerHost: engine.dockerHost });
    return { engine, realtime };
  };
  const follow = async (server: TestRealtime, containerName: string) => {
    const socket = server.connect("services");
    const reader = readLogs(socket);
    await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName, tail: 10_000 });
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(20));
    return { socket, reader };
  };
  /** The lines stored by the Engine after all writes. */
  const stored = async ({ container }: TestContainer): Promise<string[]> => {
    const body = await container.logs({ stdout: true, follow: false });
    const lines: string[] = [];
    for (let at = 0; at < body.length; at += 8 + body.readUInt32BE(at + 4)) {
      lines.push(body.toString("utf8", at + 8, at + 8 + body.readUInt32BE(at + 4)).trimEnd());
    }
    return lines;
  };

  test("gets every line once across a stop and start of the Engine, and the state reattaching", async () => {
    const { engine, realtime } = await start();
    const counting = await engine.run({ script: counter, restart: "always" });
    const { reader } = await follow(realtime, counting.name);
    await engine.down("SIGTERM");
    await eventually(() =>
      expect([...reader.states, ...reader.closed.map(({ code }) => code)].length).toBeGreaterThan(0),
    );
    const runs = new Set(reader.lines.map((line) => line.split(" ")[0]));
    await engine.up();
    await eventually(() => expect(runs.has(reader.lines.at(-1)?.split(" ")[0])).toBe(false));
    await counting.container.stop({ t: 0 });
    const expected = await stored(counting);
    await eventually(() => expect(reader.lines).toEqual(expected));
    expect(reader.gaps).toEqual([]);
  });

  test("gets every line once across a kill of the Engine that its containers survive", async () => {
    const { engine, realtime } = await start({ liveRestore: true });
    const counting = await engine.run({ script: counter });
    const { reader } = await follow(realtime, counting.name);
    await engine.down("SIGKILL");
    await eventually(() => expect(reader.states).toContain("reattaching"));
    await engine.up();
    await eventually(() => expect(reader.states.at(-1)).toBe("live"));
    const seen = reader.lines.length;
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(seen + 20));
    await counting.container.stop({ t: 0 });
    const expected = await stored(counting);
    await eventually(() => expect(reader.lines).toEqual(expected));
    expect(reader.gaps).toEqual([]);
  });

  test("gets a response from a hanging Engine, other namespaces continue, and everything recovers", async () => {
    const { engine, realtime } = await start();
    const counting = await engine.run({ script: counter });
    const { reader } = await follow(realtime, counting.name);
    process.kill(engine.pid(), "SIGSTOP");
    const second = realtime.connect("services");
    const answer = await second.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: counting.name });
    expect(answer).toMatchObject({ success: false, code: "upstream_unavailable" });
    const system = realtime.connect("system");
    const stats = nextEvent(system, "stats");
    await system.emitWithAck("subscribe:stats", { interval: 1_000 });
    expect(await stats).toMatchObject({ containers: null });
    process.kill(engine.pid(), "SIGCONT");
    const seen = reader.lines.length;
    await eventually(() => expect(reader.lines.length).toBeGreaterThan(seen + 50));
    await eventually(async () =>
      expect(
        await second.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: counting.name }),
      ).toMatchObject({ success: true }),
    );
    const [first = ""] = (reader.lines[0] ?? "").split(" ");
    expect(reader.lines).toEqual(reader.lines.map((_, index) => `${first} ${index}`));
  });

  test("waits for an Engine that is not started yet", async () => {
    const { engine, realtime } = await start();
    const counting = await engine.run({ script: counter, restart: "always" });
    await engine.down("SIGKILL");
    const socket = realtime.connect("services");
    const answer = await socket.emitWithAck("subscribe:logs", { serviceId: "svc", containerName: counting.name });
    expect(answer).toMatchObject({ success: false, code: "upstream_unavailable" });
    const changed = nextEvent<{ action: string }>(socket, "services:changed");
    await engine.up();
    expect(await changed).toMatchObject({ action: "reattached" });
  });
});
