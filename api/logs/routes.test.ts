import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type {
  LogContainersAnswer,
  LogHistogramAnswer,
  LogSearchAnswer,
  StoredLogLine,
} from "../../shared/protocol/log-search.ts";
import { CUE, type TestContainer, type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import type { LogMatches } from "./collect/watch.ts";
import { openDownload } from "./search/download.ts";

describe.skipIf(await lacks("docker"))("log history", () => {
  let engine: TestEngine;
  let api: TestApi;
  beforeAll(async () => {
    engine = testEngine();
    api = await startApi({ dockerHost: engine.dockerHost, logStore: {} });
  });
  afterAll(async () => {
    await api?.close();
    await engine?.removeAll();
  });

  const get = async <T = LogSearchAnswer>(path: string, query: Record<string, string> = {}, ask = {}) => {
    const answer = await api.ask("GET", `/api/logs${path}?${new URLSearchParams(query)}`, ask);
    return { status: answer.status, text: answer.text, body: answer.body as T & { error?: string } };
  };
  const search = async (container: TestContainer, query: Record<string, string> = {}) =>
    (await get("", { container: container.name, order: "asc", ...query })).body;
  const texts = ({ lines }: { lines: StoredLogLine[] }) => lines.map(({ text }) => text);
  /** Resolves once so many lines of the container are kept. */
  const kept = (container: TestContainer, count: number) =>
    eventually(async () => {
      const { body } = await get<LogContainersAnswer>("/containers");
      const lines = body.containers.find(({ name }) => name === container.name)?.lines ?? 0;
      if (lines < count) throw new Error(`${lines} of ${count} lines are kept`);
      return lines === count;
    });

  test("keeps both streams of a container, with level, run and the Engine's times", async () => {
    const service = await engine.run({
      script: `echo '{"level":30,"msg":"hello"}'; sleep 0.05; echo 'WARN low on room' >&2; sleep 0.05; echo plain; exec sleep 1000`,
    });
    await kept(service, 3);
    const { lines, marks, complete, older } = await search(service);
    // The Engine reads the streams one by one, and on a busy machine in another order than they were written.
    const of = (wanted: string) =>
      lines.filter(({ stream }) => stream === wanted).map(({ text, level, run }) => [text, level, run]);
    expect(of("stdout")).toEqual([
      ['{"level":30,"msg":"hello"}', "info", 1],
      ["plain", "unknown", 1],
    ]);
    expect(of("stderr")).toEqual([["WARN low on room", "warn", 1]]);
    expect(lines).toHaveLength(3);
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(lines[0]).toMatchObject({ container: service.name, containerId: service.id });
    expect({ complete, older }).toEqual({ complete: true, older: null });
    expect(marks.map(({ kind }) => kind)).toEqual(["started"]);
  });

  test("are in the metrics, with trouble while there is no Engine", async () => {
    const service = await engine.run({ script: "for i in 1 2 3 4 5; do echo line $i; done; exec sleep 1000" });
    await kept(service, 5);
    const metrics = async (of: TestApi) => {
      const { text } = await of.ask("GET", "/metrics");
      const found = text.matchAll(/^ai_desktop_api_log_store_(\w+) (\S+)$/gm);
      return Object.fromEntries([...found].map(([, name, value]) => [name, Number(value)]));
    };
    const well = await eventually(async () => {
      const now = await metrics(api);
      return now.pending_bytes === 0 && now;
    });
    expect(well).toMatchObject({ trouble: 0, lag_seconds: 0, waiting_containers: 0, waiting_searches: 0 });
    expect(well).toMatchObject({ dropped_lines_total: 0, limit_bytes: 64 * 1024 * 1024 });
    expect(well.lines_total).toBeGreaterThanOrEqual(5);
    expect(well.bytes).toBeGreaterThan(0);
    const without = await startApi({ logStore: {} });
    try {
      await eventually(async () => expect(await metrics(without)).toMatchObject({ trouble: 1, lines_total: 0 }));
    } finally {
      await without.close();
    }
  });

  test("finds text in any case, patterns, levels and streams, and tells a bad pattern's fault", async () => {
    const service = await engine.run({
      script: `printf 'ERROR Disk sda1 failed\\nINFO request 12345 done\\n\\033[31merror\\033[0m in colour\\n'; echo 'ERROR on the other' >&2; exec sleep 1000`,
    });
    await kept(service, 4);
    expect(texts(await search(service, { q: "dIsK SDA" }))).toEqual(["ERROR Disk sda1 failed"]);
    expect(texts(await search(service, { q: "ERROR IN" }))).toEqual(["\u001b[31merror\u001b[0m in colour"]);
    expect(texts(await search(service, { regex: "request \\d{5} " }))).toEqual(["INFO request 12345 done"]);
    expect(texts(await search(service, { level: "error", stream: "stderr" }))).toEqual(["ERROR on the other"]);
    expect(texts(await search(service, { q: "no such words" }))).toEqual([]);
    const bad = await get("", { regex: "(unclosed" });
    expect(bad.status).toBe(400);
    expect(bad.body.error).toContain("missing closing )");
    expect((await get("", { regex: "((a?){500})(a{900})" })).status).toBe(400);
  });

  test("gives a line the level of its head, and a continuation line that of the line above it", async () => {
    const lines: [level: string, text: string][] = [
      ["error", "fail: Shop.Orders[13]"],
      ["error", "      Payment refused"],
      ["fatal", "crit: Shop[1]"],
      ["debug", "dbug: Shop[2]"],
      ["trace", "trce: Shop[3]"],
      ["info", 'INFO relay forwarded {"level":"error","id":7}'],
      ["info", "INFO started, log level=error"],
    ];
    const service = await engine.run({
      script: `printf '%s\\n' ${lines.map(([, text]) => `'${text}'`).join(" ")}; exec sleep 1000`,
    });
    await kept(service, lines.length);
    const found = await search(service);
    expect(found.lines.map(({ level, text }) => [level, text])).toEqual(lines);
    expect(texts(await search(service, { level: "error" }))).toEqual([
      "fail: Shop.Orders[13]",
      "      Payment refused",
    ]);
  });

  test("marks restarts, ends and replacements, and keeps what a removed container wrote", async () => {
    const service = await engine.run({ script: 'echo "begins"; exec sleep 1000' });
    await kept(service, 1);
    await service.container.restart({ t: 0 });
    await kept(service, 2);
    await service.container.kill();
    await eventually(async () => (await search(service)).marks.some(({ kind, run }) => kind === "exited" && run === 2));
    const { lines, marks } = await search(service);
    expect(lines.map(({ run }) => run)).toEqual([1, 2]);
    expect(marks.map(({ kind, run, exitCode }) => [kind, run, exitCode])).toEqual([
      ["started", 1, undefined],
      ["exited", 1, 137],
      ["started", 2, undefined],
      ["exited", 2, 137],
    ]);
    const all = [...lines, ...marks.filter(({ kind }) => kind === "started")].map(({ time, run }) => [time, run]);
    expect(all.sort().map(([, run]) => run)).toEqual([1, 1, 2, 2]);

    await service.container.remove({ force: true });
    const replacement = await engine.docker.createContainer({
      name: service.name,
      Image: "busybox:local",
      Cmd: ["echo", "the next"],
      HostConfig: { NetworkMode: "host" },
    });
    try {
      await replacement.start();
      await kept(service, 3);
      const after = await search(service);
      expect(texts(after)).toEqual(["begins", "begins", "the next"]);
      expect(after.lines.map(({ containerId }) => containerId)).toEqual([service.id, service.id, replacement.id]);
      expect(after.marks.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["removed", "replaced"]));
    } finally {
      await replacement.remove({ force: true });
    }
    const gone = await eventually(async () => {
      const { body } = await get<LogContainersAnswer>("/containers");
      const container = body.containers.find(({ name }) => name === service.name);
      return container?.removed === true && container;
    });
    expect(gone).toMatchObject({
      collection: "gone",
      lines: 3,
      containers: [{ id: replacement.id }, { id: service.id }],
    });
    expect(texts(await search(service, { q: "next" }))).toEqual(["the next"]);
  });

  test("keeps hostile lines as they are, a TTY's without its line ends, and a long one whole", async () => {
    const hostile = `<img src=x onerror=alert(1)></script>\u001b]8;;javascript:alert(1)\u0007x\u001b]8;;\u0007\u202e\u0000 end`;
    const service = await engine.run({
      script: `printf '<img src=x onerror=alert(1)></script>\\033]8;;javascript:alert(1)\\007x\\033]8;;\\007\\342\\200\\256\\000 end\\n'; head -c 1000000 /dev/zero | tr '\\0' 'y'; echo; echo after; exec sleep 1000`,
    });
    const terminal = await engine.run({ tty: true, script: "echo one; echo two; exec sleep 1000" });
    await kept(service, 3);
    await kept(terminal, 2);
    const { lines } = await search(service);
    expect(lines.map(({ text }) => text.length)).toEqual([hostile.length, 1_000_000, 5]);
    expect(lines[0]?.text).toBe(hostile);
    expect(texts(await search(service, { q: "script>x" }))).toEqual([hostile]);
    expect((await search(service, { regex: "y{3}$" })).lines.map(({ text }) => text.length)).toEqual([1_000_000]);
    expect(texts(await search(terminal))).toEqual(["one", "two"]);
  });

  test("finds what one sees: in text encoded twice, behind stray control characters, in the last state of a bar", async () => {
    const service = await engine.run({
      script: `printf '\\303\\220\\302\\220\\303\\221\\302\\202 order 4711 refused\\na\\033]b 4712\\nbar 4713\\rbar 4714\\n'; exec sleep 1000`,
    });
    await kept(service, 3);
    const found = async (query: Record<string, string>) => (await search(service, query)).lines.length;
    expect([await found({ q: "4711" }), await found({ regex: "order 4711 refused$" })]).toEqual([1, 1]);
    expect([await found({ q: "4712" }), await found({ q: "4713" }), await found({ q: "4714" })]).toEqual([1, 0, 1]);
    const { text } = await get("/download", { container: service.name, times: "false" });
    expect(text).toBe("\u00d0\u00d1 order 4711 refused\nab 4712\nbar 4714\n");
  });

  test("takes the carriage returns of a terminal for line ends", async () => {
    const service = await engine.run({ tty: true, script: "printf 'one\\r\\ntwo\\r\\n'; exec sleep 1000" });
    await kept(service, 2);
    expect(texts(await search(service))).toEqual(["one", "two"]);
    expect(texts(await search(service, { regex: "^one$" }))).toEqual(["one"]);
    expect((await get("/download", { container: service.name, times: "false" })).text).toBe("one\ntwo\n");
  });

  test("leaves out what is labelled so, and what the Engine keeps nothing of", async () => {
    const off = await engine.run({ labels: { "ai-desktop.logs": "off" }, script: "echo secret; exec sleep 1000" });
    const none = await engine.run({ log: { driver: "none" }, script: "echo nothing; exec sleep 1000" });
    const image = await engine.imageWith({ "ai-desktop.logs": "off" });
    const hiding = await engine.run({ image, script: "echo of an image; exec sleep 1000" });
    const on = await engine.run({ script: "echo here; exec sleep 1000" });
    await kept(on, 1);
    await kept(hiding, 1);
    const { containers, budget, state } = await eventually(async () => {
      const { body } = await get<LogContainersAnswer>("/containers");
      return body.containers.some(({ name, collection }) => name === none.name && collection === "unreadable") && body;
    });
    const collection = (container: TestContainer) => containers.find(({ name }) => name === container.name)?.collection;
    expect([off, none, on].map(collection)).toEqual(["off", "unreadable", "following"]);
    expect(texts(await search(off))).toEqual([]);
    expect(state).toBe("collecting");
    expect(budget).toMatchObject({ daysLimit: 14, linesDropped: 0 });
  });

  test("shows a limited viewer his containers only, by search, by id, in downloads and lists", async () => {
    const own = await engine.run({ script: "echo mine; exec sleep 1000" });
    const other = await engine.run({ script: "echo yours; exec sleep 1000" });
    await kept(own, 1);
    await kept(other, 1);
    const cookie = await api.loginAs("viewer", { services: [own.name] });
    const [hidden] = (await search(other)).lines;
    expect(texts((await get("", { limit: "1000" }, { cookie })).body)).toEqual(["mine"]);
    expect((await get("", { container: other.name }, { cookie })).status).toBe(403);
    expect((await get(`/${hidden?.id}/around`, {}, { cookie })).status).toBe(403);
    expect((await get("/zz-zz-zz/around", {}, { cookie })).status).toBe(403);
    expect((await get("/zz-zz-zz/around")).status).toBe(404);
    expect((await get("/download", {}, { cookie })).text).toBe("mine\n");
    expect((await get("/download", { container: other.name }, { cookie })).status).toBe(403);
    expect((await get<LogHistogramAnswer>("/histogram", {}, { cookie })).body.total).toBe(1);
    // Whoever may see none learns nothing of when others write.
    const none = await api.loginAs("viewer", { services: [] });
    expect((await get("", {}, { cookie: none })).body).toMatchObject({ lines: [], older: null, newer: null });
    const { from } = (await get<LogHistogramAnswer>("/histogram", {}, { cookie: none })).body;
    expect(Date.parse(from)).toBeGreaterThan(Date.now() - 180_000);
    expect((await get("/download", {}, { cookie: none })).text).toBe("");
    const { body } = await get<LogContainersAnswer>("/containers", {}, { cookie });
    expect(body.containers.map(({ name }) => name)).toEqual([own.name]);
    expect(body.budget).toBeNull();
  });

  test("downloads exactly what is found, as text and as JSON lines", async () => {
    const script = `i=0; while [ $i -lt 5000 ]; do i=$((i+1)); echo "line $i of the download"; done; exec sleep 1000`;
    const service = await engine.run({ script });
    await kept(service, 5_000);
    const container = service.name;
    const filter = { container, regex: "line \\d*5 " };
    const expected = Array.from({ length: 500 }, (_, index) => `line ${index * 10 + 5} of the download`);
    expect((await get("/download", filter)).text).toBe(`${expected.join("\n")}\n`);
    const { text } = await get("/download", { container, format: "ndjson" });
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as StoredLogLine);
    expect(lines.map((line) => line.text)).toEqual(
      Array.from({ length: 5_000 }, (_, index) => `line ${index + 1} of the download`),
    );
    const { text: timed } = await get("/download", { container, q: "line 5000 ", times: "true" });
    expect(timed).toBe(`${lines.at(-1)?.time} line 5000 of the download\n`);
    expect((await get("/download", { container, regex: "(" })).status).toBe(400);
  });

  test("keeps lines under the name they were written with, and marks who bears it next", async () => {
    const service = await engine.run({ script: "echo by the first; exec sleep 1000" });
    await kept(service, 1);
    await service.container.rename({ name: `${service.name}-old` });
    const options = { name: service.name, Image: "busybox:local", HostConfig: { NetworkMode: "host" } };
    const next = await engine.docker.createContainer({ ...options, Cmd: ["echo", "by the second"] });
    try {
      await next.start();
      await kept(service, 2);
      const { lines, marks } = await search(service);
      expect(lines.map(({ text, containerId }) => [text, containerId])).toEqual([
        ["by the first", service.id],
        ["by the second", next.id],
      ]);
      expect(marks.some(({ kind, containerId }) => kind === "replaced" && containerId === next.id)).toBe(true);
    } finally {
      await next.remove({ force: true });
    }
  });

  test("stops a download when its reader goes", async () => {
    let pages = 0;
    const page = { marks: [], older: null, complete: true, scanned: 1, reached: null };
    const line = { id: "1-1-1", container: "web", containerId: "id", run: 1, text: "x".repeat(1_000) } as StoredLogLine;
    const store = {
      search: async () => ({ ...page, lines: Array.from({ length: 100 }, () => line), newer: `${++pages}` }),
    };
    const filter = { sources: { container: ["web"] }, level: [] };
    const body = (await openDownload(store, filter, { format: "text", times: false })).getReader();
    await body.read();
    await body.read();
    const asked = pages;
    expect(asked).toBeLessThanOrEqual(3);
    await body.cancel();
    await new Promise((resolve) => setImmediate(resolve));
    expect(pages).toBe(asked);
  });

  test("tells those who watch for a pattern, once a second and container", async () => {
    const service = await engine.run({
      name: "watched",
      script: `${CUE}; echo nothing; echo OOM in worker 7; echo oom in worker 8; exec sleep 1000`,
    });
    const seen: LogMatches[] = [];
    const stop = api.deps.logStore.watch(
      { sources: { container: [service.name] }, regex: "(?i)oom in \\w+ \\d" },
      (matches) => seen.push(matches),
    );
    await service.cue();
    await eventually(() => seen.reduce((sum, { count }) => sum + count, 0) === 2);
    expect(seen.at(-1)).toMatchObject({ container: service.name, containerId: service.id });
    expect(seen.at(-1)?.sample.text).toBe("oom in worker 8");
    const around = await get(`/${seen.at(-1)?.sample.id}/around`, { before: "1", after: "0" });
    expect(texts(around.body)).toEqual(["OOM in worker 7", "oom in worker 8"]);
    stop();
    expect(() => api.deps.logStore.watch({ sources: { container: null }, regex: "(" }, () => {})).toThrow(
      "missing closing )",
    );
  });

  test("counts a stack trace as one line for those who watch for a level", async () => {
    const service = await engine.run({
      name: "traced",
      script: `${CUE}; printf 'ERROR refused\\n\\tat pay(Order.java:3)\\n\\tat main(Main.java:9)\\n'; exec sleep 1000`,
    });
    const seen: LogMatches[] = [];
    const stop = api.deps.logStore.watch({ sources: { container: [service.name] }, levels: ["error"] }, (matches) =>
      seen.push(matches),
    );
    await service.cue();
    await kept(service, 3);
    await eventually(() => seen.length > 0);
    expect(seen.map(({ count, sample }) => [count, sample.text])).toEqual([[1, "ERROR refused"]]);
    stop();
  });

  test("refuses what is no query", async () => {
    for (const query of [
      { container: "-f" },
      { container: "a b" },
      { colour: "red" },
      { since: "yesterday" },
      { limit: "1001" },
      { level: "loud" },
      { before: "no cursor!" },
      { before: "1.2" },
      { since: "2026-01-02T00:00:00Z", until: "2026-01-01T00:00:00Z" },
      { since: "2026-01-01T00:00:00.000900Z", until: "2026-01-01T00:00:00.000899999Z" },
      { since: "2026-06-30T23:59:60Z" },
      { until: "-000001-01-01T00:00:00Z" },
    ] as unknown as Record<string, string>[]) {
      expect([query, (await get("", query)).status]).toEqual([query, 400]);
    }
    expect((await get("/a%00b/around")).status).toBe(400);
  });
});
