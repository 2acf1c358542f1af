import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { type TempFolder, tempFolder } from "../testing/temp-folder.ts";
import { createFrameReader, encodeFrame } from "./amp.ts";
import type { DaemonLink } from "./daemon-link.ts";
import { type BridgedDaemon, createDaemonRegistry, type DaemonBridge } from "./daemon-registry.ts";
import { createProcesses, type ProcessesOptions } from "./daemons.ts";
import { createDirectLink } from "./direct-link.ts";
import type { FoundDaemon } from "./find-daemons.ts";

const uid = process.getuid?.() ?? 0;
/** How often a daemon comes and goes in a test. */
const ROUNDS = 25;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface FakeDaemon extends FoundDaemon {
  folder: TempFolder;
  /** Sends a message on the bus. */
  publish(topic: string, data: unknown): void;
  /** Ends it, and starts it again in the same folder. */
  end(): Promise<unknown>;
  begin(): Promise<void>;
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
  let servers: Server[] = [];
  const begin = async () => {
    const view = (socket: Socket) => void viewers.add(socket.on("close", () => viewers.delete(socket)));
    servers = [await listen("rpc.sock", respond), await listen("pub.sock", view)];
  };
  const end = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))));
  };
  const close = async () => {
    await end();
    await folder.remove();
  };
  await begin();
  closers.push(close);
  const publish = (topic: string, data: unknown) => {
    for (const viewer of viewers) viewer.write(encodeFrame([topic, data]));
  };
  return { uid, home: folder.path, pid: 1, version: "6.0.0", duplicates: 0, folder, publish, begin, end, close };
}

/** Answers each call with a list. */
const listing = (list: unknown) => (socket: Socket) =>
  void socket.on(
    "data",
    createFrameReader(() => socket.write(encodeFrame([{ args: [list] }])), 1_000_000),
  );

const processesOf = (daemons: () => FoundDaemon[], more: Partial<ProcessesOptions> = {}) => {
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
    const ids = [`${keyOf(good)}:api`, "nobody:api", ...bad.map((daemon) => `${keyOf(daemon)}:x`)];
    expect([...(await processes.ports(new Set(ids))).keys()]).toEqual(ids.slice(0, 1));
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

  test("that comes and goes all the time is reported once each time, and leaves nothing behind; one beside it stays", async () => {
    const [steady, fickle] = [await fakeDaemon(listing([entry(0, "api")])), await fakeDaemon(listing([entry(0, "x")]))];
    await fickle.end();
    // Connections to daemons: timers of other tests share this process.
    const pipes = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith("Pipe")).length;
    const before = pipes();
    let present: FoundDaemon[] = [steady];
    let pid = 1;
    const processes = processesOf(() => present, { watchMs: 1 });
    const controller = new AbortController();
    const states: string[] = [];
    const events: number[] = [];
    processes.watch(
      {
        onEvent: ({ restarts }) => events.push(restarts),
        onState(up, key) {
          if (key !== "") states.push(`${key === keyOf(steady) ? "steady" : "fickle"} ${up ? "up" : "down"}`);
        },
      },
      controller.signal,
    );
    await eventually(() => states.length === 1);
    for (let round = 1; round <= ROUNDS; round++) {
      await fickle.begin();
      present = [steady, { ...fickle, pid: ++pid }];
      await eventually(() => expect(states).toHaveLength(round * 2), 1);
      const ids = [`${keyOf(steady)}:api`, `${keyOf(fickle)}:x`].sort();
      await eventually(async () => expect((await processes.list()).map(({ id }) => id).sort()).toEqual(ids));
      steady.publish("process:event", { event: "exit", process: { name: "api", pm_id: 0, restart_time: round } });
      await fickle.end();
      present = [steady];
      await eventually(
        () => expect([states.length, events.length, states.at(-1)]).toEqual([round * 2 + 1, round, "fickle down"]),
        1,
      );
      const one = await processes.survey();
      // The panel's own, and one that a search found before it ended or after.
      expect(one.daemons.map(({ state }) => state).sort()).toEqual([
        "absent",
        expect.stringMatching(/absent|down/),
        "up",
      ]);
      expect([one.deployments.length, one.isUnknown(`${keyOf(fickle)}:x`)]).toEqual([1, true]);
    }
    expect(states).toEqual(["steady up", ...Array(ROUNDS).fill(["fickle up", "fickle down"]).flat()]);
    expect(events).toEqual(Array.from({ length: ROUNDS }, (_, index) => index + 1));
    controller.abort();
    await eventually(() => expect(pipes()).toBeLessThanOrEqual(before));
  });

  test("can start its apps as other users, and on a host without a clock", async () => {
    const starts = [1_000, 1e300, -5, Date.UTC(2026, 0)];
    const list = [
      ...starts.map((pm_uptime, index) => entry(index, `at-${index}`, { pm_uptime })),
      entry(10, "as-other", { uid: 33 }),
      entry(11, "as-nobody", { uid: 1_001 }),
      entry(12, "odd", { uid: "x" }),
    ];
    const daemon = await fakeDaemon(listing(list));
    const users = new Map([[33, "www-data"]]);
    const accountOf = async (number: number) => ({
      name: number === uid ? "ada" : (users.get(number) ?? `#${number}`),
      home: "/home/ada",
    });
    const { deployments } = await processesOf(() => [daemon], { accountOf }).survey();
    expect(deployments.slice(0, 4).map(({ instances }) => instances[0]?.startedAt)).toEqual([
      ...[null, null, null],
      "2026-01-01T00:00:00.000Z",
    ]);
    const expected = uid === 0 ? ["www-data", "#1001", "ada"] : ["ada", "ada", "ada"];
    expect(deployments.slice(4).map(({ user }) => user)).toEqual(expected);
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
