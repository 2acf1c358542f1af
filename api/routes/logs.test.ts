import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeptLine, LogContainersAnswer, LogSearchAnswer } from "../../shared/protocol/log-search.ts";
import { type TestContainer, type TestEngine, testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

describe.skipIf(await lacks("docker"))("kept logs", () => {
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
  const texts = ({ lines }: { lines: KeptLine[] }) => lines.map(({ text }) => text);
  /** Resolves once so many lines of the container are kept. */
  const kept = (container: TestContainer, count: number) =>
    eventually(async () => {
      const { body } = await get<LogContainersAnswer>("/containers");
      const lines = body.containers.find(({ name }) => name === container.name)?.lines ?? 0;
      if (lines < count) throw new Error(`${lines} of ${count} lines are kept`);
      return lines === count;
    }, 20_000);

  test("keeps both streams of a container, with level, run and the Engine's times", async () => {
    const service = await engine.run({
      script: `echo '{"level":30,"msg":"hello"}'; sleep 0.05; echo 'WARN low on room' >&2; sleep 0.05; echo plain; exec sleep 1000`,
    });
    await kept(service, 3);
    const { lines, marks, complete, older } = await search(service);
    expect(lines.map(({ text, stream, level, run }) => [text, stream, level, run])).toEqual([
      ['{"level":30,"msg":"hello"}', "stdout", "info", 1],
      ["WARN low on room", "stderr", "warn", 1],
      ["plain", "stdout", "unknown", 1],
    ]);
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    expect(lines[0]).toMatchObject({ container: service.name, containerId: service.id });
    expect({ complete, older }).toEqual({ complete: true, older: null });
    expect(marks.map(({ kind }) => kind)).toEqual(["started"]);
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
});
