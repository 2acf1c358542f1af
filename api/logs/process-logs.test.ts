import { execFile } from "node:child_process";
import { appendFile, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rotateLogFile } from "../../shared/pm2/rotate-log.ts";
import type { LogContainersAnswer, LogHistogramAnswer, LogSearchAnswer } from "../../shared/protocol/log-search.ts";
import { silentLog } from "../../shared/server/log.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type TestPm2, testPm2 } from "../../shared/testing/pm2.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import type { LogMatches } from "./collect/watch.ts";
import { createLogStore, type LogStore } from "./log-store.ts";

const run = promisify(execFile);
const noCollapse = await lacks("collapsible-files");
const idle = "setInterval(() => {}, 1000);";
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const write = (from: number, to: number) => numbers(from, to).join("\n").concat("\n");

describe("the log history of PM2 processes", () => {
  let pm2: TestPm2;
  let api: TestApi;
  beforeAll(async () => {
    pm2 = await testPm2();
    await pm2.start({
      name: "shop",
      instances: 2,
      source: `console.log("up", process.env.NODE_APP_INSTANCE); console.error("ERROR no stock"); ${idle}`,
      fields: { merge_logs: false },
    });
    api = await startApi({ pm2Home: pm2.home, logStore: {} });
  });
  afterAll(async () => {
    await api?.close();
    await pm2?.close();
  });
  const logOf = (name: string) => join(pm2.home, "logs", `${name}-out.log`);
  const get = async <T = LogSearchAnswer>(path: string, query: Record<string, string> = {}, ask = {}) => {
    const answer = await api.ask("GET", `/api/logs${path}?${new URLSearchParams(query)}`, ask);
    return { status: answer.status, text: answer.text, body: answer.body as T };
  };
  /** Lines of the app once there are so many, oldest first. */
  const kept = (process: string, count: number, query: Record<string, string> = {}) =>
    eventually(async () => {
      const { body } = await get("", { process, order: "asc", limit: "1000", ...query });
      if (body.lines.length < count) throw new Error(`${body.lines.length} of ${count} lines are stored`);
      return body;
    });
  const stored = async (name: string, ask = {}) =>
    (await get<LogContainersAnswer>("/containers", {}, ask)).body.processes.find((one) => one.name === name);

  test("has every line with its stream, level and instance, in search, counts and download", async () => {
    const { lines } = await kept("shop", 4);
    const told = lines.map(({ text, stream, level, instance }) => [text, stream, level, instance]).sort();
    expect(told).toEqual([
      ["ERROR no stock", "stderr", "error", 0],
      ["ERROR no stock", "stderr", "error", 1],
      ["up 0", "stdout", "unknown", 0],
      ["up 1", "stdout", "unknown", 1],
    ]);
    expect(lines[0]).toMatchObject({
      kind: "process",
      container: "shop",
      containerId: "process:shop",
      approximate: true,
    });
    expect((await kept("shop", 2, { q: "no stock", stream: "stderr" })).lines).toHaveLength(2);
    const { body } = await get<LogHistogramAnswer>("/histogram", { process: "shop", level: "error" });
    expect(body.total).toBe(2);
    const { text } = await get("/download", { process: "shop", q: "up" });
    expect(text.split("\n").sort()).toEqual(["", "up 0", "up 1"]);
    const around = await get(`/${lines[0]?.id}/around`);
    expect(around.body.lines).toHaveLength(4);
    expect(await stored("shop")).toMatchObject({ lines: 4, collection: "following", removed: false });
  });

  test("belongs to those who can see the process", async () => {
    await kept("shop", 4);
    const cookie = await api.loginAs("viewer", { deployments: ["shop"], services: [] });
    expect((await get("", { process: "shop" }, { cookie })).body.lines).toHaveLength(4);
    expect((await get("", {}, { cookie })).body.lines).toHaveLength(4);
    const other = await api.loginAs("viewer", { deployments: ["other"] });
    expect((await get("", { process: "shop" }, { cookie: other })).status).toBe(403);
    expect((await get("/download", { process: "shop" }, { cookie: other })).status).toBe(403);
    expect((await get("", { kind: "process" }, { cookie: other })).body.lines).toEqual([]);
    expect(await stored("shop", { cookie: other })).toBeUndefined();
    const [line] = (await get("", { process: "shop" })).body.lines;
    expect((await get(`/${line?.id}/around`, {}, { cookie: other })).status).toBe(403);
    const ofKey = async (scope: string) => {
      const { secret } = (
        await api.ask("POST", "/api/keys", { body: { name: scope, role: "viewer", scopes: [scope], days: 1 } })
      ).body;
      return { token: secret, cookie: undefined };
    };
    const key = await ofKey("deployments:view");
    expect((await get("", {}, key)).body.lines).toHaveLength(4);
    expect((await get("", { container: "shop" }, key)).status).toBe(403);
    expect((await get("", {}, await ofKey("system:view"))).status).toBe(403);
  });

  test("has the times that PM2 or the app writes, and the lines inside PM2's JSON", async () => {
    const say = (text: string) => `console.log(${JSON.stringify(text)}); console.error("WARN low"); ${idle}`;
    await pm2.start({ name: "dated", source: say("hello"), fields: { log_date_format: "YYYY-MM-DD HH:mm:ss.SSS" } });
    await pm2.start({
      name: "json",
      source: say("one\ntwo"),
      fields: {
        log_type: "json",
        log_file: join(pm2.home, "json.log"),
        out_file: "/dev/null",
        error_file: "/dev/null",
      },
    });
    const dated = (await kept("dated", 2)).lines;
    for (const { text, time, approximate } of dated) {
      const [, written = ""] = /^(.{23}): (?:hello|WARN low)$/.exec(text) ?? [];
      expect([Date.parse(time), approximate]).toEqual([new Date(written).getTime(), undefined]);
    }
    const json = (await kept("json", 3)).lines;
    const parts = json.map(({ text, stream, level, approximate }) => [text, stream, level, approximate]).sort();
    expect(parts).toEqual([
      ["WARN low", "stderr", "warn", undefined],
      ["one", "stdout", "unknown", undefined],
      ["two", "stdout", "unknown", undefined],
    ]);
  });

  test("says which app keeps no log, and whose log cannot be read, and reads the rest", async () => {
    const fields = { out_file: "/dev/null", error_file: "/dev/null" };
    await pm2.start({ name: "mute", source: idle, fields });
    await pm2.start({ name: "odd", source: idle });
    await eventually(async () => expect((await stored("mute"))?.note).toMatch(/keeps no log/));
    await eventually(async () => expect((await stored("odd"))?.collection).toBe("following"));
    await rm(logOf("odd"));
    await run("mkfifo", [logOf("odd")]);
    await appendFile(join(pm2.home, "logs", "odd-error.log"), "still read\n");
    await kept("odd", 1);
    await eventually(async () => expect((await stored("odd"))?.note).toMatch(/not a regular file/));
  });

  test("marks ends and starts between the lines, and a deleted process, whose lines stay", async () => {
    await pm2.start({
      name: "brief",
      source: `console.log("begin"); process.on("SIGUSR2", () => process.exit(3)); ${idle}`,
    });
    await kept("brief", 1);
    await pm2.command("sendSignal", "SIGUSR2", "brief");
    const { lines, marks } = await kept("brief", 2);
    expect(lines.map(({ text, run: number }) => [text, number])).toEqual([
      ["begin", 1],
      ["begin", 2],
    ]);
    expect(marks).toContainEqual(expect.objectContaining({ kind: "exited", exitCode: 3, source: "process" }));
    await pm2.command("delete", "brief");
    await eventually(async () => expect(await stored("brief")).toMatchObject({ removed: true, lines: 2 }));
    const kinds = async () => (await get("", { process: "brief" })).body.marks.map(({ kind }) => kind);
    await eventually(async () => expect(await kinds()).toContain("removed"));
  });

  test("tells those who watch for a pattern in the logs of processes", async () => {
    await kept("shop", 4);
    const seen: LogMatches[] = [];
    const stop = api.deps.logStore.watch({ sources: { process: ["shop"] }, text: "out of" }, (matches) =>
      seen.push(matches),
    );
    await appendFile(join(pm2.home, "logs", "shop-error-0.log"), "ERROR out of stock\n");
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]).toMatchObject({ kind: "process", container: "shop", count: 1 });
    stop();
  });
});

describe.skipIf(await lacks("other-users"))("the logs of another user's processes", () => {
  test("are stored like those of the panel's own daemon, and belong to those who can see all apps of the user", async () => {
    const [own, other] = await Promise.all([testPm2(), testPm2({ uid: 4_001 })]);
    await other.start({ name: "till", source: `console.log("sold"); ${idle}` });
    const api = await startApi({ pm2Home: own.home, logStore: {}, env: { PM2_DAEMONS: `${own.home},${other.home}` } });
    try {
      const key = `#4001@${other.home.replaceAll("/", "%2F")}`;
      const id = `${key}:till`;
      const search = async (query: Record<string, string>, ask = {}) =>
        (await api.ask("GET", `/api/logs?${new URLSearchParams(query)}`, ask)).body as LogSearchAnswer;
      await eventually(async () => expect((await search({ process: id })).lines[0]).toMatchObject({ text: "sold" }));
      const cookie = await api.loginAs("viewer", { services: [], deployments: [`${key}:*`] });
      expect((await search({}, { cookie })).lines.map(({ container }) => container)).toEqual([id]);
      expect((await search({ process: id }, { cookie })).lines).toHaveLength(1);
      const listed = (await api.ask("GET", "/api/logs/containers", { cookie })).body as LogContainersAnswer;
      expect(listed.processes.map(({ name }) => name)).toEqual([id]);
    } finally {
      await api.close();
      await Promise.all([own.close(), other.close()]);
    }
  });
});

describe("a log file of a process", () => {
  let pm2: TestPm2;
  let folder: Awaited<ReturnType<typeof tempFolder>>;
  let store: LogStore;
  const open = () => {
    store = createLogStore({
      config: {
        DATA_DIR: folder.path,
        DOCKER_HOST: "unix:///nonexistent/docker.sock",
        PM2_HOME: pm2.home,
        PM2_DAEMONS: "own",
        LOG_STORE_MAX_BYTES: 64 * 1024 * 1024,
        LOG_STORE_MAX_DAYS: 14,
      },
      log: silentLog(),
    });
  };
  beforeAll(async () => {
    pm2 = await testPm2();
    folder = await tempFolder("logs");
    await pm2.start({ name: "idle", source: idle });
  });
  afterAll(async () => {
    await store?.close();
    await pm2?.close();
    await folder?.remove();
  });
  const path = () => join(pm2.home, "logs", "idle-out.log");
  const search = () => store.search({ sources: { process: ["idle"] }, level: [], limit: 1_000, order: "asc" });
  const lines = async () => (await search()).lines.map(({ text }) => text);
  const gaps = async () => (await search()).marks.flatMap(({ kind, reason }) => (kind === "gap" ? [reason] : []));

  test("is read back at first, and on from its place after rotations while nobody reads; a loss is marked", async () => {
    await writeFile(path(), write(1, 50));
    open();
    await eventually(async () => expect(await lines()).toEqual(numbers(1, 50)));
    await store.close();
    // By rename, as logrotate and pm2-logrotate name the file.
    await appendFile(path(), write(51, 60));
    await rename(path(), `${path()}.1`);
    await writeFile(path(), write(61, 70));
    open();
    await eventually(async () => expect(await lines()).toEqual(numbers(1, 70)));
    // By copy and truncation while it is followed.
    await writeFile(path().replace(".log", "__2026-01-01_00-00-00.log"), await readFile(path()));
    await truncate(path());
    await appendFile(path(), write(71, 80));
    await eventually(async () => expect(await lines()).toEqual(numbers(1, 80)));
    expect(await gaps()).toEqual([]);
    await store.close();
    await writeFile(path(), `other\n${write(91, 100)}`);
    open();
    await eventually(async () => expect(await lines()).toEqual([...numbers(1, 80), "other", ...numbers(91, 100)]));
    expect(await gaps()).toHaveLength(1);
    // A writer that does not append leaves a hole in front of its next line.
    await truncate(path(), 0);
    await truncate(path(), 3_000_000);
    await appendFile(path(), "after the hole\n");
    await eventually(async () => expect((await lines()).at(-1)).toBe("after the hole"));
  });

  // Shares the file of the test before: its store is followed, closed and opened again.
  test.skipIf(noCollapse)(
    "has each line once when the panel rotates the file, while it is followed and while nobody reads",
    async () => {
      const options = { kept: 5, compress: false, mayLose: false };
      const long = (from: number, to: number) => numbers(from, to).map((line) => `${line} ${"z".repeat(97)}`);
      await truncate(path(), 0);
      await appendFile(path(), `${long(1_001, 1_200).join("\n")}\n`);
      const since = async () => (await lines()).filter((line) => line.endsWith("z"));
      await eventually(async () => expect(await since()).toEqual(long(1_001, 1_200)));
      const before = (await gaps()).length;
      expect(await rotateLogFile(path(), options)).toBeGreaterThan(8_000);
      await appendFile(path(), `${long(1_201, 1_300).join("\n")}\n`);
      await eventually(async () => expect(await since()).toEqual(long(1_001, 1_300)));
      await store.close();
      // Read up to a place in the rest, and in what is rotated twice.
      await rotateLogFile(path(), options);
      await appendFile(path(), `${long(1_301, 1_450).join("\n")}\n`);
      await rotateLogFile(path(), options);
      await appendFile(path(), `${long(1_451, 1_455).join("\n")}\n`);
      open();
      await eventually(async () => expect(await since()).toEqual(long(1_001, 1_455)));
      expect(await gaps()).toHaveLength(before);
    },
  );

  test("is read back within a bound of lines, which is said", async () => {
    const long = join(pm2.home, "logs", "long-out.log");
    await store.close();
    await writeFile(long, write(1, 10_100));
    await pm2.start({ name: "long", source: idle });
    open();
    const first = async () => {
      const query = { sources: { process: ["long"] }, level: [], limit: 1, order: "asc" } as const;
      return store.search(query);
    };
    const { lines: found, marks } = await eventually(async () => {
      const page = await first();
      return page.lines.length > 0 && page;
    });
    expect(found[0]?.text).toBe("line 101");
    expect(marks).toContainEqual(expect.objectContaining({ kind: "gap", reason: "first_start" }));
  });
});
