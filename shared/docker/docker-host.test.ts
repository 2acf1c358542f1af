import { once } from "node:events";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../testing/engine.ts";
import { eventually } from "../testing/eventually.ts";
import { lacks } from "../testing/parts.ts";
import { type SocketProxy, startSocketProxy } from "../testing/peers/socket-proxy.ts";
import { createDockerHost } from "./docker-host.ts";

const engine = testEngine();
const docker = createDockerHost({ dockerHost: engine.dockerHost });
const withoutDocker = await lacks("docker");

const counter = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done";
const running = { script: "exec sleep 1000" };
let main: string;
let id: string;

beforeAll(async () => {
  if (withoutDocker) return;
  const labels = { "db.password": "abc123", plain: "<b>shown</b>" };
  ({ id, name: main } = await engine.run({ name: "main", script: counter, env: ["SECRET=abc123"], labels }));
});
afterAll(async () => {
  if (!withoutDocker) await engine.removeAll();
});

describe.skipIf(withoutDocker)("viewing", () => {
  test("lists every container of the host with its full id", async () => {
    const service = (await docker.list()).find(({ name }) => name === main);
    expect(service).toMatchObject({ id, image: "busybox:local", state: "running", health: "none" });
    expect(service?.status).toMatch(/^Up /);
  });

  test("shows names of the environment, never its values, and masks labels that name a secret", async () => {
    const detail = await docker.detail(main);
    expect(detail.environmentNames).toContain("SECRET");
    expect(detail.labels).toMatchObject({ "db.password": "********", plain: "<b>shown</b>" });
    expect(JSON.stringify([detail, await docker.list(), await docker.identify(id)])).not.toContain("abc123");
  });

  test("identifies a container for a log reader", async () => {
    expect(await docker.identify(main)).toEqual({
      id,
      name: main,
      running: true,
      tty: false,
      logDriver: "json-file",
      logFileBytes: null,
      exitCode: null,
      finishedAt: null,
      composeProject: null,
      restarting: false,
      pid: expect.any(Number),
      runs: {
        startedAt: expect.stringMatching(/^\d{4}-.*\.\d{9}Z$/),
        finishedAt: null,
        running: true,
        exitCode: null,
        restartCount: 0,
      },
    });
  });

  test.each(["-f", "--help", ";id", "$(id)", "a b", "../x", "a%00b", "a\nb", "x/exec", "x?force=1", "a".repeat(300)])(
    "refuses %j as the name of a container",
    async (ref) => {
      await expect(docker.detail(ref)).rejects.toMatchObject({ code: "invalid_input" });
    },
  );

  test("finds no container by the prefix of an id or by an unknown name", async () => {
    await expect(docker.identify(id.slice(0, 12))).rejects.toMatchObject({ code: "not_found" });
    await expect(docker.act(id.slice(0, 12), "stop")).rejects.toMatchObject({ code: "not_found" });
    await expect(docker.detail(`${main}-ghost`)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe.skipIf(withoutDocker)("acting", () => {
  test("stops, starts and restarts, and accepts a second stop", async () => {
    const { name } = await engine.run(running);
    await docker.act(name, "stop");
    await docker.act(name, "stop");
    expect(await docker.identify(name)).toMatchObject({ running: false, exitCode: 137 });
    await docker.act(name, "start");
    await docker.act(name, "restart");
    expect(await docker.identify(name)).toMatchObject({ running: true });
  });

  test("removes a running container only when forced", async () => {
    const { name } = await engine.run(running);
    await expect(docker.remove(name, { force: false, volumes: false })).rejects.toMatchObject({ code: "conflict" });
    await docker.remove(name, { force: true, volumes: true });
    await expect(docker.identify(name)).rejects.toMatchObject({ code: "not_found" });
  });

  test("explains why a container cannot start, without a path of the host", async () => {
    const { id: name } = await engine.docker.createContainer({
      Image: "busybox:local",
      Cmd: ["/no/such/program"],
      Labels: (await engine.docker.getContainer(id).inspect()).Config.Labels,
      HostConfig: { NetworkMode: "host" },
    });
    await expect(docker.act(name, "start")).rejects.toMatchObject({
      code: "conflict",
      message: expect.not.stringContaining("/"),
    });
  });
});

describe.skipIf(withoutDocker)("streams", () => {
  test("ends a followed log when its signal is aborted", async () => {
    const proxy = await startSocketProxy(engine.socketPath);
    try {
      const controller = new AbortController();
      const host = createDockerHost({ dockerHost: `unix://${proxy.path}` });
      const log = await host.openLogs(id, { follow: true, tail: 1, signal: controller.signal });
      const [chunk] = (await once(log, "data")) as [Buffer];
      expect(chunk[0]).toBe(1);
      expect(chunk.toString("utf8", 8)).toMatch(/^\d{4}-\d\d-\d\dT\S+Z line \d+\n/);
      expect(proxy.connections()).toBe(1);
      controller.abort();
      await once(log, "close");
    } finally {
      await proxy.close();
    }
  });

  test("returns history without following as a stream that ends by itself", async () => {
    const { signal } = new AbortController();
    const log = await docker.openLogs(id, { follow: false, tail: 2, signal });
    const chunks: Buffer[] = [];
    for await (const chunk of log) chunks.push(chunk);
    expect(
      Buffer.concat(chunks)
        .toString()
        .match(/line \d+\n/g),
    ).toHaveLength(2);
  });

  test("reads lines written since a given time", async () => {
    const { signal } = new AbortController();
    const since = `${Math.floor(Date.now() / 1000) + 3600}.000000000`;
    for await (const chunk of await docker.openLogs(id, { follow: false, since, signal })) {
      expect.unreachable(`got ${chunk}`);
    }
  });

  test("sends one sample of the container per second", async () => {
    const controller = new AbortController();
    const stats = await docker.openStats(id, controller.signal);
    const [chunk] = (await once(stats, "data")) as [Buffer];
    expect(JSON.parse(chunk.toString())).toMatchObject({
      name: `/${main}`,
      pids_stats: { current: expect.any(Number) },
    });
    controller.abort();
    await once(stats, "close");
  });

  test("reports containers that are created and removed", async () => {
    const controller = new AbortController();
    const events = await docker.openEvents(controller.signal);
    let seen = "";
    events.on("data", (chunk: Buffer) => {
      seen += chunk;
    });
    const made = await engine.run({ start: false });
    await eventually(() => expect(seen).toMatch(new RegExp(`"Action":"create".*${made.id}`)));
    controller.abort();
    await once(events, "close");
  });

  test("fails with not_found and not_supported for a stream as for a call", async () => {
    const { signal } = new AbortController();
    await expect(docker.openLogs("0".repeat(64), { follow: true, signal })).rejects.toMatchObject({
      code: "not_found",
    });
    const silent = await engine.run({ log: { driver: "none" } });
    await expect(docker.openLogs(silent.id, { follow: true, signal })).rejects.toMatchObject({ code: "not_supported" });
  });
});

describe.skipIf(withoutDocker)("an unhealthy Engine", () => {
  let proxy: SocketProxy;
  afterEach(() => proxy?.close());

  test("is absent if there is no socket", async () => {
    const absent = createDockerHost({ dockerHost: "unix:///nonexistent/docker.sock" });
    await expect(absent.list()).rejects.toMatchObject({ code: "upstream_unavailable", state: "absent" });
  });

  test("causes a 503 while it hangs, soon gets no more calls, and recovers by itself", async () => {
    proxy = await startSocketProxy(engine.socketPath);
    const host = createDockerHost({ dockerHost: `unix://${proxy.path}` });
    await host.ping();
    proxy.hang();

    await expect(host.list()).rejects.toMatchObject({ code: "upstream_unavailable", status: 503 });
    // The probe that opens the breaker takes a second: this call finds it open, or waits for one deadline at most.
    await expect(host.list()).rejects.toMatchObject({ state: "down" });
    const before = proxy.accepted();
    const calls = Array.from({ length: 20 }, () => host.detail(main));
    for (const call of calls) await expect(call).rejects.toMatchObject({ state: "down" });
    expect(proxy.accepted() - before).toBeLessThanOrEqual(1); // a probe after the pause

    proxy.resume();
    await eventually(() => host.list());
  });

  test("does not fail other calls if only one is slow", async () => {
    proxy = await startSocketProxy(engine.socketPath);
    const host = createDockerHost({ dockerHost: `unix://${proxy.path}` });
    proxy.hang();
    const slow = host.list();
    const refused = expect(slow).rejects.toMatchObject({ code: "upstream_unavailable" });
    await eventually(() => proxy.connections() === 1);
    await refused.finally(() => proxy.resume());
    await expect(host.list()).resolves.toBeInstanceOf(Array);
  });

  test.each(["ssh://host", "nonsense", "tcp://"])("cannot be configured as %s", (dockerHost) => {
    expect(() => createDockerHost({ dockerHost })).toThrow(/DOCKER_HOST/);
  });
});
