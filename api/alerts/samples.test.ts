import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "../../shared/protocol/alert.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { makeRule, until } from "./testing.ts";

/** What containers write and use, from the real log store and the real figures to a firing alert. */
describe.skipIf(await lacks("docker"))("alerts about what containers write and use", { timeout: 40_000 }, () => {
  const engine = testEngine();
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi({ dockerHost: engine.dockerHost, logStore: {}, env: { STATS_INTERVAL: "1" } });
  });
  afterAll(async () => {
    await api.close();
    await engine.removeAll();
  });
  const firing = async (rule: string): Promise<string[]> =>
    ((await api.ask("GET", "/api/alerts")).body.alerts as Alert[])
      .filter(({ ruleId }) => ruleId === rule)
      .map(({ subject }) => subject.name);

  test("a line that the pattern matches fires, for the container that wrote it alone", async () => {
    const script = "while :; do echo 'payment failed: code 7'; sleep 0.3; done";
    const bad = await engine.run({ name: "shop", script });
    const good = await engine.run({ name: "calm", script: "while :; do echo all well; sleep 0.3; done" });
    const rule = await makeRule(api, {
      condition: {
        kind: "container-log",
        pattern: "failed: code [0-9]+",
        syntax: "regex",
        count: 2,
        withinSeconds: 60,
      },
      subjects: { names: [bad.name, good.name] },
    });
    await until(api, rule, "firing");
    expect(await firing(rule)).toEqual([bad.name]);
  });

  test("memory near the limit of a container fires, and one far from it does not", async () => {
    const hog = await engine.run({ name: "hog", script: "head -c 20000000 /dev/zero > /dev/shm/held; sleep 1000" });
    const lean = await engine.run({ name: "lean" });
    for (const { container } of [hog, lean]) await container.update({ Memory: 48 * 1024 ** 2, MemorySwap: -1 });
    const rule = await makeRule(api, {
      condition: { kind: "container-memory", percent: 20 },
      subjects: { names: [hog.name, lean.name] },
    });
    await until(api, rule, "firing");
    expect(await firing(rule)).toEqual([hog.name]);
  });
});
