import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHostMetrics } from "../../shared/metrics/metrics.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { silentLog } from "../../shared/server/log.ts";
import { startChild } from "../../shared/testing/child.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { createDockerEngine } from "../docker/docker-engine.ts";
import { startApi } from "../testing/api-server.ts";
import { createCollector, hostKey } from "./collector.ts";
import { openHistoryFile } from "./history-file.ts";
import { createHistoryStore, type HistorySample } from "./history-store.ts";
import { processSeries } from "./process-series.ts";
import { toTrends } from "./trends.ts";

const engine = testEngine();
const log = silentLog();
let folder: TempFolder;
beforeEach(async () => {
  folder = await tempFolder("history");
});
afterEach(() => folder.remove());

const openStore = (days = 7) =>
  createHistoryStore(openHistoryFile(join(folder.path, "data"), log), { interval: () => 15, days });
const sample = (cpu: number): HistorySample => ({
  cpu,
  memory: cpu * 1_000,
  memoryLimit: 1e9,
  rx: 10,
  tx: 1,
  first: 0,
  second: 5,
});
const web = { name: "web", container: "a".repeat(64) };
const START = Math.floor(1_800_000_000 / 1_800) * 1_800;

test("gets coarser with age, and keeps averages and maxima", () => {
  const store = openStore();
  const hours = 8 * 24;
  const now = START + hours * 3_600;
  // 20 % in the first half of each minute, 40 in the second, and one peak of 100 a day.
  const stepAt = (at: number) => (now - at > 90_000 ? 150 : now - at > 10_800 ? 30 : 15);
  for (let at = START; at < now; at += stepAt(at)) {
    const peak = (at - START) % 86_400 === 300;
    store.add(at, [{ key: web, sample: sample(peak ? 100 : at % 60 < 30 ? 20 : 40) }]);
    if (at % 3_600 === 0) store.prune(at);
  }
  const hour = store.read("web", "1h", now);
  expect([hour.step, hour.rows.length]).toEqual([15, 240]);
  expect(hour.rows.at(-1)).toMatchObject({ at: now - 15, cpu: 40, cpuMax: 40, memory: 40_000, second: 5 });
  const sixHours = store.read("web", "6h", now);
  expect([sixHours.step, sixHours.rows.length]).toEqual([60, 360]);
  expect(sixHours.rows.at(-1)).toMatchObject({ at: now - 60, cpu: 30, cpuMax: 40 });
  const day = store.read("web", "24h", now);
  expect([day.step, day.rows.length]).toEqual([300, 288]);
  expect(Math.max(...day.rows.map(({ cpuMax }) => cpuMax))).toBe(100);
  const week = store.read("web", "7d", now);
  expect([week.step, week.rows.length]).toEqual([1_800, 336]);
  expect(week.rows.filter(({ cpuMax }) => cpuMax === 100)).toHaveLength(7);
  expect(week.rows.every(({ cpu }) => cpu > 28 && cpu < 40)).toBe(true);
  store.close();
  expect(statSync(join(folder.path, "data/history.db")).size).toBeLessThan(2_000_000);
});

test("continues under its name when a container is recreated, and deletes expired rows", () => {
  const store = openStore(1);
  store.add(START, [{ key: web, sample: sample(10) }]);
  store.add(START + 15, [{ key: { ...web, container: "b".repeat(64) }, sample: sample(20) }]);
  store.add(START + 15, [{ key: { name: "other", container: "c" }, sample: sample(99) }]);
  expect(store.read("web", "1h", START + 60).rows.map(({ cpu }) => cpu)).toEqual([10, 20]);
  expect([store.knows("web"), store.knows("nobody")]).toEqual([true, false]);
  store.add(START + 86_400, [{ key: { name: "other", container: "c" }, sample: sample(1) }]);
  store.prune(START + 2 * 86_400 - 900);
  expect([store.knows("web"), store.knows("other")]).toEqual([false, true]);
  store.close();
});

test("gives the last 15 minutes of everything at once, on one grid with its gaps", () => {
  const store = openStore();
  const app = { name: processSeries("api"), container: "" };
  for (let at = START - 1_200; at <= START; at += 15) {
    const samples = [
      { key: hostKey, sample: sample(50) },
      { key: web, sample: sample(at % 30 === 0 ? 10 : 20) },
    ];
    if (at > START - 60) samples.push({ key: app, sample: sample(3) });
    store.add(at, samples);
  }
  const trends = toTrends(store, 15, START);
  expect([trends.from, trends.step]).toEqual([new Date((START - 900) * 1_000).toISOString(), 30]);
  expect(trends.containers.map(({ name }) => name)).toEqual(["web"]);
  expect(trends.containers[0]?.cpu).toEqual([...Array(30).fill(15), 10]);
  expect(trends.processes).toEqual([
    { name: "api", cpu: [...Array(28).fill(null), 3, 3, 3], memory: [...Array(28).fill(null), 3_000, 3_000, 3_000] },
  ]);
  expect(trends.host?.memory).toEqual(Array(31).fill(50_000));
  // A process is no container, whatever its name.
  expect(store.knows(processSeries("api"))).toBe(true);
  store.close();
});

test("is a file of mode 0600, and a damaged file is renamed", () => {
  openStore().close();
  const path = join(folder.path, "data/history.db");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  writeFileSync(path, "no database at all".repeat(1_000));
  const store = openStore();
  store.add(START, [{ key: web, sample: sample(1) }]);
  expect(store.knows("web")).toBe(true);
  store.close();
  expect(statSync(`${path}.damaged`).mode & 0o777).toBe(0o600);
});

test("survives a kill during a write", async () => {
  const script = `
    import { openHistoryFile } from ${JSON.stringify(join(import.meta.dirname, "history-file.ts"))};
    import { createHistoryStore } from ${JSON.stringify(join(import.meta.dirname, "history-store.ts"))};
    const log = { warn() {}, error() {} };
    const database = openHistoryFile(${JSON.stringify(join(folder.path, "data"))}, log);
    const store = createHistoryStore(database, { interval: () => 15, days: 7 });
    for (let at = ${START}; ; at += 15) {
      store.add(at, [{ key: ${JSON.stringify(web)}, sample: ${JSON.stringify(sample(10))} }]);
      if (at === ${START} + 15_000) console.log("going");
    }`;
  const file = join(folder.path, "write.mjs");
  writeFileSync(file, script);
  const child = await startChild(process.execPath, [file]);
  await eventually(() => child.output().includes("going"));
  child.signal("SIGKILL");
  await child.exited;
  const store = openStore();
  const { rows } = store.read("web", "24h", START + 15_000);
  expect(rows.length).toBeGreaterThanOrEqual(50);
  expect(rows.every(({ cpu }) => cpu === 10)).toBe(true);
  store.close();
});

describe.skipIf(await lacks("docker"))("the collector", () => {
  afterAll(() => engine.removeAll());

  test("measures running containers by the processor time since the previous round, without a child process", async () => {
    const busy = await engine.run({ name: "busy", script: "while true; do :; done" });
    const calm = await engine.run({ name: "calm" });
    const store = openStore();
    const docker = createDockerEngine({ dockerHost: engine.dockerHost });
    const asked = { list: docker.list, statsOnce: docker.statsOnce };
    let at = Date.now();
    const collector = createCollector({
      docker: asked,
      metrics: createHostMetrics(),
      store: () => store,
      log,
      interval: () => 0,
      now: () => at,
    });
    await collector.collect();
    expect(collector.latest().has(busy.name)).toBe(false);
    at += 15_000;
    await eventually(async () => {
      await collector.collect();
      expect(collector.latest().get(busy.name)?.cpuPercent).toBeGreaterThan(2); // beside other tests
    });
    const latest = collector.latest().get(calm.name);
    expect(latest).toMatchObject({ containerId: calm.id, name: calm.name });
    expect(latest?.cpuPercent).toBeLessThan(2);
    expect(latest?.memoryBytes).toBeGreaterThan(0);
    expect(latest?.memoryLimitBytes).toBeGreaterThan(latest?.memoryBytes ?? 0);
    const now = Math.floor(at / 1_000) + 1;
    expect(store.read(busy.name, "1h", now).rows[0]).toMatchObject({ cpu: expect.any(Number) });
    const [host] = store.read("", "1h", now).rows;
    expect(host?.memory).toBeGreaterThan(0);
    expect(host?.second).toBeGreaterThan(host?.first ?? 0);
    await collector.stop();
    store.close();
  });

  test("serves the history by name, of a removed container too, to callers who can see it", async () => {
    const { name, id, container } = await engine.run({ name: "past" });
    const api = await startApi({ dockerHost: engine.dockerHost });
    try {
      await api.deps.stats.collect();
      await api.deps.stats.collect();
      const { body } = await api.ask("GET", `/api/services/${id}/history`);
      expect(body.history.times.length).toBeGreaterThan(0);
      expect(body.history.memory.at(-1)).toBeGreaterThan(0);
      const listed = async () =>
        (await api.ask("GET", "/api/services")).body.services.find((service: Service) => service.id === id);
      expect((await listed()).usage).toEqual({
        cpuPercent: expect.any(Number),
        memoryBytes: api.deps.stats.latest().get(name)?.memoryBytes,
      });
      await container.kill();
      expect((await listed()).usage).toBeUndefined();
      await container.remove({ force: true });
      for (const range of ["1h", "6h", "24h", "7d"]) {
        const { status, body } = await api.ask("GET", `/api/services/${name}/history?range=${range}`);
        expect([status, body.history?.times.length]).toEqual([200, 1]);
      }
      const limited = await api.loginAs("viewer", { services: ["other"] });
      expect((await api.ask("GET", `/api/services/${name}/history`, { cookie: limited })).status).toBe(403);
      expect((await api.ask("GET", "/api/services/never-was/history")).status).toBe(404);
      for (const bad of ["range=1y", "range=1h&x=1", "range="]) {
        expect((await api.ask("GET", `/api/services/${name}/history?${bad}`)).status).toBe(400);
      }
      const host = await api.ask("GET", "/api/system/history?range=6h");
      expect(host.body.history.diskTotal.at(-1)).toBeGreaterThan(0);
    } finally {
      await api.close();
    }
  });
});

test("without an Engine the host is still measured", async () => {
  const api = await startApi();
  try {
    await api.deps.stats.collect();
    expect((await api.ask("GET", "/api/system/history")).body.history.memory).toHaveLength(1);
    expect(api.deps.stats.latest().size).toBe(0);
  } finally {
    await api.close();
  }
});
