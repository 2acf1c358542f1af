import { describe, expect, test } from "vitest";
import type { Alert } from "../../shared/protocol/alert.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useDockerApi } from "../testing/docker-api.ts";
import { firing, historyOf, makeRule, until } from "./testing.ts";

const MIB = 1024 ** 2;

/**
 * From the real log store and the real metrics of containers to a firing alert. Metrics are read every ten seconds, so the
 * tests run concurrently.
 */
describe.skipIf(await lacks("docker"))("alerts about what containers write and use", () => {
  const { engine, api } = useDockerApi({ logStore: {}, env: { STATS_INTERVAL: "1" } });

  test.concurrent("a line that the pattern matches fires, for the container that wrote it alone", async () => {
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
    expect(await firing(api, rule)).toEqual([bad.name]);
    expect((await api.ask("GET", "/api/alerts")).text).toContain("code 7");

    // Callers who may not read logs see no lines, and cannot redirect them.
    const made = await api.ask("POST", "/api/keys", {
      body: { name: "alerts only", role: "operator", scopes: ["alerts:manage", "alerts:view"], days: 1 },
    });
    const token = made.body.secret as string;
    for (const path of ["", `/history?rule=${rule}`, `/bell?rule=${rule}`]) {
      const { status, text } = await api.ask("GET", `/api/alerts${path}`, { token });
      expect(status).toBe(200);
      expect(text).toContain(bad.name);
      expect(text).not.toContain("code 7");
    }
    const { id } = ((await api.ask("GET", "/api/alerts")).body.alerts as Alert[]).find(
      ({ ruleId }) => ruleId === rule,
    ) as Alert;
    const silenced = await api.ask("POST", `/api/alerts/${id}/silence`, { token, body: { seconds: 60 } });
    expect(silenced.status).toBe(200);
    expect(silenced.text).not.toContain("code 7");
  });

  test.concurrent("log lines never go to a channel changed by someone who may not read logs", async () => {
    const made = await api.ask("POST", "/api/keys", {
      body: { name: "alerts only", role: "operator", scopes: ["alerts:manage", "alerts:view"], days: 1 },
    });
    const token = made.body.secret as string;
    const settings = { type: "ntfy", server: "https://ntfy.example", topic: "mine" };
    const add = async (name: string) =>
      (await api.ask("POST", "/api/alerts/channels", { token, body: { name, settings } })).body.channel.id;
    const [used, free] = [await add("used"), await add("free")];
    const condition = { kind: "container-log", pattern: "nothing-at-all", count: 1, withinSeconds: 60 };
    const rule = await makeRule(api, { condition, channels: [used] });
    const change = (id: string, as: object) =>
      api.ask("PUT", `/api/alerts/channels/${id}`, { ...as, body: { name: "other", settings } });
    expect((await change(free, { token })).status).toBe(200);
    expect((await change(used, { token })).status).toBe(403);
    expect((await change(used, {})).status).toBe(200);
    await api.ask("DELETE", `/api/alerts/rules/${rule}`, { token });
    expect((await change(used, { token })).status).toBe(200);
    // Queued messages hold log lines too, even after a change of the rule.
    const message = JSON.stringify({ condition: "container-log" });
    api.deps.database
      .prepare("INSERT INTO alert_message (channel_id, event_id, message) VALUES (?, 0, ?)")
      .run(used, message);
    expect((await change(used, { token })).status).toBe(403);
  });

  test.concurrent("memory near the limit of a container fires, and one far from it does not", async () => {
    const script = "head -c 20000000 /dev/zero > /dev/shm/held; sleep 1000";
    const hog = await engine.run({ name: "hog", script, memory: 48 * MIB });
    const lean = await engine.run({ name: "lean", memory: 48 * MIB });
    const rule = await makeRule(api, {
      condition: { kind: "container-memory", percent: 20 },
      subjects: { names: [hog.name, lean.name] },
    });
    await until(api, rule, "firing");
    expect(await firing(api, rule)).toEqual([hog.name]);
  });

  test.concurrent("a container that keeps a core busy fires, and one that sleeps does not", async () => {
    const busy = await engine.run({ name: "busy", script: "while :; do :; done" });
    const idle = await engine.run({ name: "idle" });
    const rule = await makeRule(api, {
      // Beside other tests, what keeps a core busy gets a small part of one.
      condition: { kind: "container-cpu", percent: 2 },
      subjects: { names: [busy.name, idle.name] },
    });
    await until(api, rule, "firing");
    expect(await firing(api, rule)).toEqual([busy.name]);
    await busy.container.kill();
  });

  test.concurrent("a container that the kernel kills for its memory fires, and one that ends by itself does not", async () => {
    const script = (deed: string) => `while [ ! -e /tmp/go ]; do sleep 0.1; done; ${deed}`;
    const greedy = await engine.run({ name: "greedy", script: script("tail /dev/zero"), memory: 16 * MIB });
    const modest = await engine.run({ name: "modest", script: script("exit 137"), memory: 16 * MIB });
    const rule = await makeRule(api, {
      condition: { kind: "container-oom", count: 1, withinSeconds: 60 },
      subjects: { names: [greedy.name, modest.name] },
    });
    for (const { container } of [modest, greedy]) {
      await (await container.exec({ Cmd: ["touch", "/tmp/go"] })).start({ Detach: true });
    }
    // A busy Engine can miss the event: then the container is killed once more.
    await eventually(async () => {
      if ((await historyOf(api, rule)).includes("firing")) return true;
      if (!(await greedy.container.inspect()).State.Running) await greedy.container.start();
      return false;
    }, 1_000);
    expect(await firing(api, rule)).toEqual([greedy.name]);
  });
});
