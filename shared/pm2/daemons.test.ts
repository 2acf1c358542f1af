import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type TempFolder, tempFolder } from "../testing/temp-folder.ts";
import { createFrameReader, encodeFrame } from "./amp.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { type BridgedDaemon, createDaemonRegistry, type DaemonBridge } from "./daemon-registry.ts";
import { createProcesses } from "./daemons.ts";
import { createDirectLink } from "./direct-link.ts";
import type { FoundDaemon } from "./find-daemons.ts";

const uid = process.getuid?.() ?? 0;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface FakeDaemon extends FoundDaemon {
  folder: TempFolder;
  /** Sends a message on the bus. */
  publish(topic: string, data: unknown): void;
  close(): Promise<void>;
}

const entry = (pm_id: number, name: string, more: object = {}) => ({
  pid: 0,
  monit: { cpu: 0, memory: 0 },
  pm2_env: { pm_id, name, namespace: "default", status: "online", restart_time: 0, pm_uptime: 1, ...more },
});

/** What stands where PM2's daemon would: `respond` gets each connection to its `rpc.sock`. */
async function fakeDaemon(respond: (socket: Socket) => void): Promise<FakeDaemon> {
  const folder = await tempFolder("fake");
  const sockets = new Set<Socket>();
  const viewers = new Set<Socket>();
  const listen = async (name: string, onConnection: (socket: Socket) => void): Promise<Server> => {
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
      onConnection(socket);
    });
    await once(server.listen(join(folder.path, name)), "listening");
    return server;
  };
  const servers = [await listen("rpc.sock", respond), await listen("pub.sock", (socket) => viewers.add(socket))];
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => server.listening && new Promise((done) => server.close(done))));
    await folder.remove();
  };
  closers.push(close);
  const publish = (topic: string, data: unknown) => {
    for (const viewer of viewers) viewer.write(encodeFrame([topic, data]));
  };
  return { uid, home: folder.path, pid: 1, version: "6.0.0", duplicates: 0, folder, publish, close };
}

/** Answers each call with a list. */
const listing = (list: unknown) => (socket: Socket) =>
  void socket.on(
    "data",
    createFrameReader(() => socket.write(encodeFrame([{ args: [list] }])), 1_000_000),
  );

const processesOf = (daemons: () => FoundDaemon[], more: { now?: () => number; bridge?: DaemonBridge } = {}) => {
  let time = 0;
  return createProcesses({
    pm2Home: "/nonexistent/pm2",
    shown: "all",
    find: async () => daemons(),
    accountOf: async () => ({ name: "ada", home: "/home/ada" }),
    // Each look is a new one.
    now: () => (time += 10_000),
    ...more,
  });
};
const keyOf = ({ home }: FoundDaemon) => `ada@${home.replaceAll("/", "%2F")}`;

describe("a daemon", () => {
  test("that answers nonsense, nothing, or another list than expected is down, and delays or disturbs no other", async () => {
    const good = await fakeDaemon(listing([entry(0, "api")]));
    const bad = [
      await fakeDaemon((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
      await fakeDaemon((socket) => socket.write(Buffer.alloc(1_000, 0x1f))),
      await fakeDaemon(listing({ not: "a list" })),
      await fakeDaemon((socket) => socket.write(encodeFrame([{ error: "method does not exist" }]))),
      await fakeDaemon(() => undefined),
    ];
    const processes = processesOf(() => [good, ...bad]);
    for (let round = 0; round < 2; round++) {
      const { daemons, deployments, isUnknown } = await processes.survey();
      const states = Object.fromEntries(daemons.map(({ key, state }) => [key, state]));
      expect(states[keyOf(good)]).toBe("up");
      for (const daemon of bad)
        expect([states[keyOf(daemon)], isUnknown(`${keyOf(daemon)}:x`)]).toEqual(["down", true]);
      expect(deployments.map(({ id }) => id)).toEqual([`${keyOf(good)}:api`]);
    }
    expect(await processes.list()).toHaveLength(1);
    const [first] = bad;
    await expect(processes.act(`${first && keyOf(first)}:x`, "stop")).rejects.toMatchObject({
      code: "upstream_unavailable",
    });
  });

  test("with hundreds of processes and odd names is read up to its bound", async () => {
    const names = ["a/b", "ünï", "two\nlines", "%41", "x:y", "*", "__proto__", ""];
    const list = [
      ...names.map((name, index) => entry(index, name, { namespace: index % 2 ? "shop" : "default" })),
      null,
      { pm2_env: "nonsense" },
      ...Array.from({ length: 600 }, (_, index) => entry(100 + index, `app-${index}`)),
    ];
    const daemon = await fakeDaemon(listing(list));
    const processes = processesOf(() => [daemon]);
    const { deployments, daemons } = await processes.survey();
    expect(daemons.find(({ key }) => key === keyOf(daemon))).toMatchObject({
      state: "up",
      processes: 498,
      omitted: 110,
    });
    expect(new Set(deployments.map(({ id }) => id)).size).toBe(498);
    const ids = deployments.slice(0, names.length).map(({ id }) => id.slice(keyOf(daemon).length));
    expect(ids).toEqual([
      ...[
        ":default/a%2Fb",
        ":shop/ünï",
        ":default/two%0Alines",
        ":shop/%2541",
        ":default/x%3Ay",
        ":shop/*",
        ":__proto__",
      ],
      ":shop/",
    ]);
    for (const { id, name } of deployments.slice(0, names.length)) expect((await processes.get(id)).name).toBe(name);
  });

  test("that comes, ends and comes again is followed, and its ids keep their daemon", async () => {
    const present: FakeDaemon[] = [];
    const processes = processesOf(() => present);
    const controller = new AbortController();
    closers.push(async () => controller.abort());
    const events: string[] = [];
    processes.watch(
      { onEvent: ({ id, action }) => events.push(`${id} ${action}`), onState: () => undefined },
      controller.signal,
    );
    const daemon = await fakeDaemon(listing([entry(0, "api")]));
    present.push(daemon);
    const event = { event: "restart", process: { name: "api", namespace: "shop", pm_id: 0 } };
    await eventually(() => {
      daemon.publish("process:event", event);
      return events.includes(`${keyOf(daemon)}:shop/api restart`);
    });
    present.pop();
    const survey = await processes.survey();
    expect(survey.daemons.at(-1)).toMatchObject({ key: keyOf(daemon), state: "absent", processes: null });
    expect(survey.isUnknown(`${keyOf(daemon)}:api`)).toBe(true);
    present.push(daemon);
    expect((await processes.survey()).daemons.at(-1)).toMatchObject({ state: "up", processes: 1 });
  });

  test("whose user is removed has another key, and the old ids are of nobody", async () => {
    const daemon = await fakeDaemon(listing([entry(0, "api")]));
    let account: { name: string; home: string | undefined } = {
      name: "ada",
      home: daemon.home.replace(/\/\.pm2$/, ""),
    };
    let time = 0;
    const processes = createProcesses({
      pm2Home: "/nonexistent/pm2",
      shown: "all",
      find: async () => [daemon],
      accountOf: async () => account,
      now: () => (time += 10_000),
    });
    expect((await processes.list()).map(({ id }) => id)).toEqual([`${keyOf(daemon)}:api`]);
    account = { name: "#1001", home: undefined };
    const { deployments, isUnknown } = await processes.survey();
    expect(deployments.map(({ id, user }) => [id, user])).toEqual([
      [`${keyOf(daemon).replace("ada", "#1001")}:api`, "#1001"],
    ]);
    expect(isUnknown(`${keyOf(daemon)}:api`)).toBe(false);
  });

  test("that this panel may not open is unreachable, and reached through a bridge with the rights that root gives", async () => {
    const daemon = await fakeDaemon(listing([entry(0, "api")]));
    // As root, every socket can be opened: this one belongs to another user.
    const foreign = { ...daemon, uid: uid + 1 };
    expect((await processesOf(() => [foreign]).survey()).daemons.at(-1)).toMatchObject({ state: "unreachable" });
    const hint = "Root allows changes with a command.";
    let allowed = false;
    const bridge: DaemonBridge = {
      daemons: async (): Promise<BridgedDaemon[]> => [
        { ...foreign, user: "bob", canWrite: allowed, readOnlyHint: allowed ? null : hint },
      ],
      linkTo: (listed): DaemonLink => ({
        ...createDirectLink({ pm2Home: daemon.home }),
        direct: undefined,
        get canWrite() {
          return listed.canWrite;
        },
        get readOnlyHint() {
          return listed.readOnlyHint ?? undefined;
        },
      }),
    };
    const processes = processesOf(() => [], { bridge });
    const { daemons, deployments } = await processes.survey();
    expect(daemons.at(-1)).toMatchObject({ user: "bob", state: "up", readOnly: hint, processes: 1 });
    const id = deployments[0]?.id ?? "";
    await expect(processes.act(id, "restart")).rejects.toMatchObject({ code: "forbidden", message: hint });
    allowed = true;
    expect((await processes.survey()).daemons.at(-1)).toMatchObject({ readOnly: null });
    await expect(processes.act(id, "start")).resolves.toBeUndefined();
  });
});

test("twenty daemons are shown beside the panel's own, and the rest is counted", async () => {
  const found = Array.from({ length: 25 }, (_, index) => ({
    uid,
    home: `/srv/${index}`,
    pid: 1,
    version: null,
    duplicates: 0,
  }));
  const registry = createDaemonRegistry({
    ownHome: "/nonexistent",
    shown: "all",
    find: async () => found,
    accountOf: async () => ({ name: "ada", home: "/home/ada" }),
  });
  expect([(await registry.look()).size, registry.omitted]).toEqual([20, 5]);
});

test("the sockets of a daemon are opened only if they are its user's own and no links", async () => {
  const daemon = await fakeDaemon(listing([]));
  await chmod(daemon.home, 0o755);
  const link = createDirectLink({ pm2Home: daemon.home, foreign: { uid: uid + 1, pid: 1 } });
  await expect(link.call("ping", {}, 1_000)).rejects.toMatchObject({ code: "upstream_unavailable" });
});
