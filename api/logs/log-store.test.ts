import { execFile } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { StoredLogLine } from "../../shared/protocol/log-search.ts";
import { startPrivateEngine, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type ServiceProcess, startService } from "../../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";
import { startApi as startTestApi } from "../testing/api-server.ts";
import { createReader } from "./search/reader.ts";

const run = promisify(execFile);
const lacksDeno = await lacks("deno");
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function makeFolder(): Promise<TempFolder> {
  const folder = await tempFolder("logs");
  cleanUps.push(folder.remove);
  return folder;
}

/** All that is kept of a container, read from the files themselves. */
async function readAll(dataDir: string, name: string): Promise<StoredLogLine[]> {
  const reader = createReader({ folder: join(dataDir, "log-store"), maxDays: () => 14, onDamage() {} });
  try {
    const lines: StoredLogLine[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await reader.search({
        sources: { container: [name] },
        level: [],
        limit: 1_000,
        order: "asc",
        after,
      });
      lines.push(...page.lines);
      if (page.lines.length === 0) return lines;
      after = page.newer ?? undefined;
    }
  } finally {
    reader.close();
  }
}

describe.skipIf(await lacks("docker"))("the log store of a running API", () => {
  const engine = testEngine();
  afterAll(() => engine.removeAll());

  const startApi = async (dataDir: string, runtime: "node" | "deno" = "node"): Promise<ServiceProcess> => {
    const env = { DATA_DIR: dataDir, DOCKER_HOST: engine.dockerHost, LOG_STORE_MAX_BYTES: String(64 * 1024 * 1024) };
    const api = await startService("api", { runtime, env });
    cleanUps.push(() => api.stop());
    return api;
  };

  test("loses and repeats no line of a container that continues writing while the API is killed", async () => {
    const dataDir = join((await makeFolder()).path, "data");
    const script = `i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "count $i"; [ $((i % 5)) = 0 ] && echo "error $i" >&2; [ $((i % 100)) = 0 ] && usleep 50000; done; echo last; exec sleep 1000`;
    let api = await startApi(dataDir);
    const { name } = await engine.run({ script });
    const count = async () => (await readAll(dataDir, name)).length;
    for (const least of [500, 2_500]) {
      await eventually(async () => (await count()) > least, 50);
      api.signal("SIGKILL");
      await api.exited;
      api = await startApi(dataDir);
    }
    const lines = await eventually(async () => {
      const all = await readAll(dataDir, name);
      return all.some(({ text }) => text === "last") && all;
    });
    const numbers = (word: string) =>
      lines.filter(({ text }) => text.startsWith(word)).map(({ text }) => Number(text.split(" ")[1]));
    expect(numbers("count")).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
    expect(numbers("error")).toEqual(Array.from({ length: 1_000 }, (_, index) => (index + 1) * 5));
    expect(new Set(lines.map(({ run: number }) => number))).toEqual(new Set([1]));

    api.signal("SIGTERM");
    expect(await api.exited).toEqual({ code: 0, signal: null });
    for (const file of readdirSync(join(dataDir, "log-store"))) {
      expect([file, statSync(join(dataDir, "log-store", file)).mode & 0o777]).toEqual([file, 0o600]);
    }
    expect(statSync(join(dataDir, "log-store")).mode & 0o777).toBe(0o700);
  });

  test("keeps what was written and counts a new run when the container restarts while the API is away", async () => {
    const dataDir = join((await makeFolder()).path, "data");
    const api = await startApi(dataDir);
    const { name, container } = await engine.run({
      script: "echo begin; trap 'echo end; exit 0' TERM; while :; do usleep 20000; done",
    });
    await eventually(async () => (await readAll(dataDir, name)).length === 1);
    await api.stop();
    await container.restart({ t: 60 }); // it ends by itself
    await startApi(dataDir);
    const lines = await eventually(async () => {
      const all = await readAll(dataDir, name);
      return all.length === 3 && all.at(-1)?.run === 2 && all;
    });
    expect(lines.map(({ text, run: number }) => [text, number])).toEqual([
      ["begin", 1],
      ["end", 1],
      ["begin", 2],
    ]);
  });

  test.skipIf(lacksDeno)("works under Deno", async () => {
    const dataDir = join((await makeFolder()).path, "data");
    await startApi(dataDir, "deno");
    const { name } = await engine.run({ script: `printf 'one\\ntwo \\000 three\\n'; exec sleep 1000` });
    const lines = await eventually(async () => {
      const all = await readAll(dataDir, name);
      return all.length === 2 && all;
    });
    expect(lines.map(({ text }) => text)).toEqual(["one", "two \0 three"]);
  });
});

test.skipIf(await lacks("namespaces"))("pauses before the disk is full, and continues once there is room", async () => {
  const folder = await makeFolder();
  const probe = join(import.meta.dirname, "store/full-disk-probe.ts");
  const script = `mount -t tmpfs -o size=4m none '${folder.path}' && exec '${process.execPath}' '${probe}' '${folder.path}'`;
  const { stdout } = await run("unshare", ["-m", "sh", "-c", script]);
  expect(JSON.parse(stdout)).toEqual({
    paused: "The disk is nearly full: logs are kept again once there is room.",
    waits: true,
    room: true,
    kept: 2_000,
    degraded: null,
  });
});

describe.skipIf(await lacks("private-engine"))("while the Engine itself restarts", () => {
  test("keeps every line once, and counts the run it begins", async () => {
    const engine = await startPrivateEngine();
    cleanUps.push(engine.close);
    const api = await startTestApi({ dockerHost: engine.dockerHost, logStore: {} });
    cleanUps.push(api.close);
    const { name } = await engine.run({
      restart: "always",
      script: `trap 'echo end; exit 0' TERM; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo "line $i"; done; while :; do usleep 20000; done`,
    });
    const search = () =>
      api.deps.logStore.search({ sources: { container: [name] }, level: [], limit: 1_000, order: "asc" });
    await eventually(async () => (await search()).lines.length >= 400);
    await engine.down();
    await engine.up();
    const second = async () => (await search()).lines.filter(({ run: number }) => number === 2);
    await eventually(async () => (await second()).length >= 400);
    const { lines: all } = await search();
    const counted = Array.from({ length: 400 }, (_, index) => `line ${index + 1}`);
    const textsOf = (number: number) =>
      all.filter((line) => line.run === number && line.text !== "end").map(({ text }) => text);
    expect(textsOf(1)).toEqual(counted);
    expect(textsOf(2)).toEqual(counted);
  });
});
