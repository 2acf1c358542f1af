import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createDockerHost } from "../../shared/docker/docker-host.ts";
import { createFileRoot } from "../../shared/files/root/files.ts";
import { createProcesses } from "../../shared/pm2/daemons.ts";
import { silentLog } from "../../shared/server/log.ts";
import { shellOwner } from "../../shared/server/shell-owner.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { EMIT_TOKEN, nextEvent, startRealtime, type TestRealtime } from "../testing.ts";

/** Blocks calls until it is opened; `reached` resolves when a call has come. */
function createGate() {
  let open: () => void = () => {};
  let came: () => void = () => {};
  const gate = {
    opened: Promise.resolve(),
    reached: Promise.resolve(),
    open: () => open(),
    shut() {
      gate.opened = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate.reached = new Promise<void>((resolve) => {
        came = resolve;
      });
    },
    async pass() {
      came();
      await gate.opened;
    },
  };
  return gate;
}

describe.skipIf(await lacks("docker"))("a subscription", () => {
  const engine = testEngine();
  const gate = createGate();
  let pm2: TestPm2;
  let realtime: TestRealtime;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let box: { id: string; name: string };
  const docker = createDockerHost({ dockerHost: engine.dockerHost });

  beforeAll(async () => {
    folder = await tempFolder("left");
    for (let n = 0; n < 72; n++) await mkdir(join(folder.path, `folder-${n}`));
    pm2 = await testPm2();
    await pm2.start({ name: "ticker", source: "setInterval(() => console.log('tick'), 20);" });
    box = await engine.run({ script: "while true; do echo tick; sleep 0.02; done" });
    const processes = createProcesses({ pm2Home: pm2.home });
    const files = createFileRoot({ root: folder.path, log: silentLog() });
    realtime = await startRealtime({
      pm2Home: pm2.home,
      // A shell without viewers ends soon after it was left.
      shellIdleMs: 200,
      docker: {
        ...docker,
        identify: async (name) => {
          const found = await docker.identify(name);
          await gate.pass();
          return found;
        },
      },
      processes: {
        ...processes,
        choose: async (wanted, sees) => {
          const found = await processes.choose(wanted, sees);
          await gate.pass();
          return found;
        },
      },
      files: {
        ...files,
        resolveFolder: async (path) => {
          const found = await files.resolveFolder(path);
          await gate.pass();
          return found;
        },
      },
    });
  });
  afterEach(async () => {
    gate.open();
    await realtime.disconnectAll();
  });
  afterAll(async () => {
    await realtime?.stop();
    await pm2?.close();
    await engine.removeAll();
    await folder?.remove();
  });

  const connect = async (namespace: "services" | "deployments" | "files" | "mcp" | "system") => {
    const socket = realtime.connect(namespace);
    await nextEvent(socket, "connect");
    return socket;
  };
  const collect = (socket: Socket, ...events: string[]) => {
    const seen: string[] = [];
    for (const event of events) socket.on(event, () => seen.push(event));
    return seen;
  };
  const makeShell = async () =>
    (
      await docker.exec.create({
        containerId: box.id,
        command: "auto",
        user: "",
        owner: shellOwner(EMIT_TOKEN),
        openedBy: { kind: "key", id: "id-of-admin" },
      })
    ).id;

  const cases = [
    {
      namespace: "services",
      join: "subscribe:logs",
      leave: "unsubscribe:logs",
      names: async () => ({ serviceId: "a", containerName: box.name }),
      left: ({ containerName }: Record<string, string>) => ({ containerName }),
    },
    {
      namespace: "services",
      join: "subscribe:stats",
      leave: "unsubscribe:stats",
      names: async () => ({ serviceId: "a", containerName: box.name }),
    },
    {
      namespace: "services",
      join: "shell:open",
      leave: "shell:leave",
      names: async () => ({ serviceId: "a", containerName: box.name, shellId: await makeShell(), cols: 80, rows: 24 }),
      left: ({ shellId }: Record<string, string>) => ({ shellId }),
    },
    {
      namespace: "deployments",
      join: "subscribe:logs",
      leave: "unsubscribe:logs",
      names: async () => ({ deploymentId: "a", pm2Name: "ticker" }),
    },
    { namespace: "files", join: "watch", leave: "unwatch", names: async () => ({ path: "/folder-0" }) },
    {
      namespace: "files",
      join: "watch",
      leave: "unwatch",
      names: async () => ({ path: "/folder-0" }),
      left: () => ({ path: "//folder-0/./" }),
    },
  ] as const;
  const serverEvents = ["connected", "logs", "stats", "change", "shell:output", "error", "stream:closed"];

  describe.each(cases)("by $join in /$namespace", (each) => {
    const leaving = (names: object) => ("left" in each ? each.left(names as Record<string, string>) : names);

    test("that is left before it is set up does not start, and the leave does not wait", async () => {
      const socket = await connect(each.namespace);
      const seen = collect(socket, ...serverEvents);
      const names = await each.names();
      gate.shut();
      const joined = socket.emitWithAck(each.join, names);
      await gate.reached;
      // The set-up waits for something that does not respond, so the leave must not wait behind it.
      expect(await socket.emitWithAck(each.leave, leaving(names))).toMatchObject({ success: true });
      expect(await joined).toMatchObject({ success: false, code: "gone" });
      gate.open();
      await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
      // A later one is set up normally.
      expect(await socket.emitWithAck(each.join, names)).toMatchObject({ success: true });
      expect(await socket.emitWithAck(each.leave, leaving(names))).toMatchObject({ success: true });
      expect(seen.filter((event) => event === "error")).toEqual([]);
      if (each.join !== "shell:open") expect(seen.filter((event) => event === "connected")).toHaveLength(1);
    });

    test("that waits behind another is left together with it, and a later one remains", async () => {
      const socket = await connect(each.namespace);
      const names = await each.names();
      gate.shut();
      const answers = [each.join, each.join, each.leave, each.join].map((event) =>
        socket.emitWithAck(event, event === each.leave ? leaving(names) : names),
      );
      await gate.reached;
      expect(await Promise.all(answers.slice(0, 3))).toMatchObject([
        { success: false, code: "gone" },
        { success: false, code: "gone" },
        { success: true },
      ]);
      gate.open();
      expect(await answers[3]).toMatchObject({ success: true });
      expect(realtime.realtime.health().activeStreams).toBe(1);
    });

    test("does not start after its socket has disconnected", async () => {
      const socket = await connect(each.namespace);
      const names = await each.names();
      gate.shut();
      socket.emit(each.join, names);
      await gate.reached;
      socket.disconnect();
      await eventually(() => expect(realtime.realtime.health().connections[each.namespace]).toBe(0));
      gate.open();
      const other = await connect(each.namespace);
      const again = await each.names();
      expect(await other.emitWithAck(each.join, again)).toMatchObject({ success: true });
      expect(await other.emitWithAck(each.leave, leaving(again))).toMatchObject({ success: true });
      await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
    });
  });

  test("of one service is not ended by a leave of another", async () => {
    const socket = await connect("services");
    gate.shut();
    const joined = socket.emitWithAck("subscribe:logs", { serviceId: "a", containerName: box.name });
    await gate.reached;
    const left = socket.emitWithAck("unsubscribe:logs", { serviceId: "b", containerName: box.name });
    gate.open();
    expect(await joined).toMatchObject({ success: true });
    expect(await left).toMatchObject({ success: true });
    await nextEvent(socket, "logs");
  });

  test("to a job or an MCP server ends, however quickly it is left", async () => {
    const services = await connect("services");
    const mcp = await connect("mcp");
    const jobIds = Array.from({ length: 70 }, () => randomUUID());
    const joins = jobIds.flatMap((jobId, n) => [
      services.emitWithAck("subscribe:job", { jobId }),
      services.emitWithAck("unsubscribe:job", { jobId }),
      mcp.emitWithAck("join", { serverId: `server-${n}` }),
      mcp.emitWithAck("leave", { serverId: `server-${n}` }),
    ]);
    // A client that leaves during the request to the API has not joined.
    const answers = (await Promise.all(joins)) as { success: boolean; code?: string }[];
    for (const { success, code } of answers) if (!success) expect(code).toBe("gone");
    expect(await services.emitWithAck("subscribe:job", { jobId: randomUUID() })).toMatchObject({ success: true });
    expect(await mcp.emitWithAck("join", { serverId: "last" })).toMatchObject({ success: true });
    const delivered = await realtime.emit({ namespace: "mcp", room: "mcp:server-7", event: "x", data: {} });
    expect(await delivered.json()).toMatchObject({ delivered: 0 });
  });

  test("to a folder works after quick visits to more folders than the limit of a connection", async () => {
    const socket = await connect("files");
    const visits = Array.from({ length: 72 }, (_, n) => {
      socket.emit("watch", { path: `/folder-${n}` });
      return socket.emitWithAck("unwatch", { path: `/folder-${n}` });
    });
    for (const answer of await Promise.all(visits)) expect(answer).toMatchObject({ success: true });
    expect(await socket.emitWithAck("watch", { path: "/folder-1" })).toEqual({ success: true, path: "/folder-1" });
    const change = nextEvent(socket, "change");
    await mkdir(join(folder.path, "folder-1", `made-${Date.now()}`));
    expect(await change).toMatchObject({ path: "/folder-1", type: "addDir" });
    await socket.emitWithAck("unwatch", { path: "/folder-1" });
    await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
  });

  test("to a folder that is requested twice at once is confirmed only when it is active", async () => {
    const socket = await connect("files");
    const confirmed = collect(socket, "connected");
    gate.shut();
    const answers = [1, 2].map(() => socket.emitWithAck("watch", { path: "/folder-2" }));
    await gate.reached;
    expect(confirmed).toEqual([]);
    gate.open();
    expect(await Promise.all(answers)).toEqual([1, 2].map(() => ({ success: true, path: "/folder-2" })));
    expect(realtime.realtime.health().activeStreams).toBe(1);
    await socket.emitWithAck("unwatch", { path: "/folder-2" });
    await eventually(() => expect(realtime.realtime.health().activeStreams).toBe(0));
  });

  test("is refused beyond the limit of waiting events", async () => {
    const socket = await connect("services");
    gate.shut();
    const shellId = await makeShell();
    const opened = socket.emitWithAck("shell:open", {
      serviceId: "a",
      containerName: box.name,
      shellId,
      cols: 80,
      rows: 24,
    });
    await gate.reached;
    const typed = Array.from({ length: 150 }, () => socket.emitWithAck("shell:input", { shellId, data: " " }));
    const refused = await Promise.race(typed);
    expect(refused).toMatchObject({ success: false });
    gate.open();
    expect(await opened).toMatchObject({ success: true });
    const codes = (await Promise.all(typed)).map(({ code }: { code?: string }) => code);
    expect(codes.filter((code) => code === "rate_limited").length).toBeGreaterThan(0);
  });
});

describe.skipIf(await lacks("docker"))("a container that is removed while one subscribes to its log", () => {
  test("is reported as removed, and leaves no stream", async () => {
    const engine = testEngine();
    const docker = createDockerHost({ dockerHost: engine.dockerHost });
    const { id, name } = await engine.run({ script: "echo one; exec sleep 1000" });
    let looked = false;
    const realtime = await startRealtime({
      docker: {
        ...docker,
        async identify(wanted) {
          const found = await docker.identify(wanted);
          if (!looked) await engine.docker.getContainer(id).remove({ force: true });
          looked = true;
          return found;
        },
      },
    });
    try {
      const socket = realtime.connect("services");
      const received: unknown[] = [];
      for (const event of ["connected", "error", "stream:closed"])
        socket.on(event, ({ code }) => received.push([event, code]));
      const closed = nextEvent(socket, "stream:closed");
      socket.emit("subscribe:logs", { serviceId: "svc", containerName: name }, () => received.push("acknowledged"));
      expect(await closed).toMatchObject({ serviceId: "svc", containerName: name, code: "removed" });
      await eventually(() => realtime.realtime.health().activeStreams === 0);
      expect(received).toEqual([["connected", undefined], "acknowledged", ["stream:closed", "removed"]]);
    } finally {
      await realtime.stop();
      await engine.removeAll();
    }
  });
});
