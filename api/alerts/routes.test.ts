import { describe, expect, test } from "vitest";
import type { Alert, AlertEvent } from "../../shared/protocol/alert.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { useDockerApi } from "../testing/docker-api.ts";
import { historyOf, makeRule, until } from "./testing.ts";

const { engine, api } = useDockerApi();

const only = (name: string) => ({ names: [name], projects: [] });
const alertsOf = async (cookie?: string): Promise<Alert[]> =>
  (await api.ask("GET", "/api/alerts", cookie ? { cookie } : {})).body.alerts;

describe.skipIf(await lacks("docker")).concurrent("alerts about containers", () => {
  test("a crash fires with its exit code, a wanted stop and a job that ends well do not", async () => {
    const crash = await engine.run({ name: "crash", script: "sleep 1; exit 3" });
    const ended = await engine.run({ name: "job", script: "sleep 1; exit 0" });
    const stopped = await engine.run({ name: "stopped", script: "trap 'exit 1' TERM; while :; do sleep 0.1; done" });
    const names = [crash, ended, stopped].map(({ name }) => name);
    const rule = await makeRule(api, { condition: { kind: "container-stopped" }, subjects: { names } });
    await stopped.container.stop();
    await until(api, rule, "firing");
    const firing = (await alertsOf()).filter(({ ruleId }) => ruleId === rule);
    expect(firing).toMatchObject([
      { subject: { kind: "container", name: crash.name }, detail: "ended with exit code 3" },
    ]);
    await crash.container.start();
    await until(api, rule, "resolved");
    expect(
      new Set(
        (await api.ask("GET", `/api/alerts/history?rule=${rule}`)).body.events.map(
          (event: AlertEvent) => event.subject.name,
        ),
      ),
    ).toEqual(new Set([crash.name]));
  });

  test("a container that becomes unhealthy fires, and is over when it is well again", async () => {
    const box = await engine.run({ name: "ill", health: "test -e /tmp/well" });
    const rule = await makeRule(api, { condition: { kind: "container-unhealthy" }, subjects: only(box.name) });
    await until(api, rule, "firing");
    const exec = await box.container.exec({ Cmd: ["touch", "/tmp/well"] });
    await exec.start({ Detach: true });
    await until(api, rule, "resolved");
    expect(await historyOf(api, rule)).toEqual(["firing", "resolved"]);
  });

  test("a restart loop fires, and restarts by a person do not", async () => {
    const loop = await engine.run({ name: "loop", script: "exit 1", restart: "always", start: false });
    const mine = await engine.run({ name: "mine" });
    const rule = await makeRule(api, {
      condition: { kind: "container-restarts", count: 3, withinSeconds: 60 },
      subjects: { names: [loop.name, mine.name] },
    });
    await loop.container.start(); // its restarts become rarer: the rule sees the first ones
    for (let round = 0; round < 3; round++) await mine.container.restart({ t: 0 });
    await until(api, rule, "firing");
    const names = (await alertsOf()).filter(({ ruleId }) => ruleId === rule).map(({ subject }) => subject.name);
    expect(names).toEqual([loop.name]);
  });

  test("an automatic restart stops at its limit, and the audit trail shows it as an action of the panel", async () => {
    const box = await engine.run({ name: "healed", health: "false" });
    const before = (await box.container.inspect()).State.StartedAt;
    const rule = await makeRule(api, {
      name: "heal it",
      condition: { kind: "container-unhealthy" },
      subjects: only(box.name),
      healing: { limit: 2, withinSeconds: 600, backoffSeconds: 1 },
    });
    await until(api, rule, "gave-up");
    expect((await historyOf(api, rule)).filter((kind) => kind !== "heal-failed")).toEqual([
      "firing",
      "healing",
      "healing",
      "gave-up",
    ]);
    expect((await box.container.inspect()).State.StartedAt).not.toBe(before);
    expect((await alertsOf()).find(({ ruleId }) => ruleId === rule)).toMatchObject({ gaveUp: true, heals: 2 });
    const trail = await api.ask("GET", "/api/audit?action=alert:heal");
    const entries = trail.body.entries.filter(({ target }: { target: string }) => target === box.name);
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({
      outcome: "done",
      target: box.name,
      actor: { kind: "system", id: rule, name: "heal it" },
    });
  });

  test("an automatic restart waits for the running action on the container", async () => {
    const box = await engine.run({ name: "held", health: "false" });
    const release = api.deps.jobs.acquire({ exclusive: [`service:${box.name}`] });
    const healing = { limit: 1, withinSeconds: 600, backoffSeconds: 1 };
    const body = { condition: { kind: "container-unhealthy" }, healing };
    const rule = await makeRule(api, { ...body, subjects: only(box.name) });
    await until(api, rule, "firing");
    // Another one is healed meanwhile: had this one been, it would show by now.
    const other = await engine.run({ name: "free", health: "false" });
    const second = await makeRule(api, { ...body, subjects: only(other.name) });
    await until(api, second, "healing");
    expect(await historyOf(api, rule)).toEqual(["firing"]);
    release();
    await until(api, rule, "healing");
  });

  test("automatic restarts stop when the author of the rule loses the permission, and continue once someone with it saves the rule", async () => {
    const cookie = await api.loginAs("operator");
    const { id } = (await api.ask("GET", "/api/session", { cookie })).body.principal;
    const healing = { limit: 3, withinSeconds: 600, backoffSeconds: 1 };
    const body = { name: "theirs", condition: { kind: "container-unhealthy" }, subjects: only("*-orphan-*"), healing };
    const made = await api.ask("POST", "/api/alerts/rules", { cookie, body });
    const rule = made.body.rule.id;
    expect((await api.ask("PATCH", `/api/users/${id}`, { body: { role: "viewer" } })).status).toBe(200);
    await engine.run({ name: "orphan", health: "false" });
    await until(api, rule, "gave-up");
    const [last] = (await api.ask("GET", `/api/alerts/history?rule=${rule}`)).body.events;
    expect(last.detail).toMatch(/may no longer restart/);
    expect(await historyOf(api, rule)).toEqual(["firing", "gave-up"]);
    expect((await api.ask("PUT", `/api/alerts/rules/${rule}`, { body })).status).toBe(200);
    await until(api, rule, "healing");
  });

  test("automatic restarts leave acknowledged and paused containers alone", async () => {
    const box = await engine.run({ name: "left", health: "false" });
    const rule = await makeRule(api, { condition: { kind: "container-unhealthy" }, subjects: only(box.name) });
    await until(api, rule, "firing");
    const alert = (await alertsOf()).find(({ ruleId }) => ruleId === rule);
    expect(
      (await api.ask("POST", `/api/alerts/${alert?.id}/acknowledge`, { body: {} })).body.alert.acknowledgedBy,
    ).toBe("ada");
    const started = (await box.container.inspect()).State.StartedAt;
    const {
      id: _,
      createdAt: __,
      maker: ___,
      held: ____,
      ...settings
    } = (await api.ask("GET", `/api/alerts/rules/${rule}`)).body.rule;
    const body = { ...settings, healing: { limit: 3, withinSeconds: 600, backoffSeconds: 1 } };
    expect((await api.ask("PUT", `/api/alerts/rules/${rule}`, { body })).status).toBe(200);
    await box.container.pause();
    await api.ask("DELETE", `/api/alerts/${alert?.id}/acknowledge`);
    // Another rule about the same container is healed meanwhile: had this one been, it would show by now.
    const other = await engine.run({ name: "other", health: "false" });
    const second = await makeRule(api, { ...body, name: "other", subjects: only(other.name), channels: [] });
    await until(api, second, "healing");
    expect(await historyOf(api, rule)).toEqual(["firing"]);
    expect((await box.container.inspect()).State.StartedAt).toBe(started);
    await box.container.unpause();
  });

  test("a caller with a limited scope sees the alerts of their containers only, and manages nothing", async () => {
    const box = await engine.run({ name: "seen", health: "false" });
    const hidden = await engine.run({ name: "hidden", health: "false" });
    const rule = await makeRule(api, {
      condition: { kind: "container-unhealthy" },
      subjects: { names: [box.name, hidden.name] },
    });
    await eventually(async () => (await historyOf(api, rule)).length === 2);
    const cookie = await api.loginAs("operator", { services: [box.name] });
    const seen = async (path: string, list: string) =>
      new Set((await api.ask("GET", path, { cookie })).body[list].map((one: Alert | AlertEvent) => one.subject.name));
    expect(await seen("/api/alerts", "alerts")).toEqual(new Set([box.name]));
    expect(await seen("/api/alerts/history", "events")).toEqual(new Set([box.name]));
    // The default rule about unhealthy containers may add a second event of theirs.
    const bell = (await api.ask("GET", "/api/alerts/bell", { cookie })).body;
    expect(new Set(bell.events.map((event: AlertEvent) => event.subject.name))).toEqual(new Set([box.name]));
    expect(bell.unread).toBe(bell.events.length);
    const { id } = (await alertsOf(cookie))[0] as Alert;
    for (const [method, path, body] of [
      ["GET", "/api/alerts/rules"],
      ["GET", "/api/alerts/channels"],
      ["POST", "/api/alerts/rules", { name: "x", condition: { kind: "host-cpu", percent: 90 } }],
      ["DELETE", `/api/alerts/rules/${rule}`],
      ["POST", `/api/alerts/${id}/acknowledge`, {}],
      ["POST", `/api/alerts/${id}/silence`, { seconds: 60 }],
    ] as const) {
      expect([path, (await api.ask(method, path, { cookie, body })).status]).toEqual([path, 403]);
    }
    // The event names the container, so that the realtime server can hide it from others, and nothing else.
    const notified = api.emitted
      .filter(({ event }) => event === "alerts:changed")
      .map(({ data }) => Object.keys(data as object).sort());
    expect(new Set(notified.map(String))).toEqual(new Set(["containerName,timestamp", "timestamp"]));
  });
});

describe("rules", () => {
  test("of a new installation watch the essentials, and notify the bell and the default channel", async () => {
    const { body } = await api.ask("GET", "/api/alerts/rules");
    const made = body.rules.slice(0, 6);
    expect(made.map((rule: { name: string }) => rule.name).sort()).toEqual([
      "Container stopped by itself",
      "Container unhealthy",
      "Disk almost full",
      "Out of memory",
      "PM2 app given up",
      "Restart loop",
    ]);
    expect(made.every(({ channels }: { channels: string[] }) => String(channels) === "bell,default")).toBe(true);
  });

  test("that cannot be are refused with 400, and what is not there with 404", async () => {
    const cpu = { kind: "host-cpu", percent: 90 };
    for (const body of [
      { name: "x" },
      { name: "x", condition: { kind: "nothing" } },
      { name: "x", condition: { ...cpu, percent: 0 } },
      { name: "x", condition: cpu, extra: 1 },
      { name: "x\ny", condition: cpu },
      { name: "x", condition: cpu, subjects: { names: [], projects: ["shop"] } },
      { name: "x", condition: cpu, healing: {} },
      { name: "x", condition: cpu, channels: ["no-such-channel"] },
      { name: "x", condition: cpu, quietHours: { days: [1], from: "25:00", to: "07:00", timeZone: "UTC" } },
      { name: "x", condition: cpu, quietHours: { days: [1], from: "22:00", to: "07:00", timeZone: "Nowhere/City" } },
      { name: "x", condition: { kind: "container-log", count: 1, withinSeconds: 60 } },
      { name: "x", condition: { kind: "container-log", pattern: "(", syntax: "regex", count: 1, withinSeconds: 60 } },
    ]) {
      expect([JSON.stringify(body), (await api.ask("POST", "/api/alerts/rules", { body })).status]).toEqual([
        JSON.stringify(body),
        400,
      ]);
    }
    const rule = { name: "x", condition: cpu };
    expect((await api.ask("PUT", "/api/alerts/rules/none", { body: rule })).status).toBe(404);
    expect((await api.ask("DELETE", "/api/alerts/rules/none")).status).toBe(404);
    expect((await api.ask("POST", "/api/alerts/none/acknowledge", { body: {} })).status).toBe(404);
    expect((await api.ask("POST", "/api/alerts/channels/none/test", { body: {} })).status).toBe(404);
  });

  test("give nobody by their making what they may not do themselves", async () => {
    const made = await api.ask("POST", "/api/keys", {
      body: { name: "alerts only", role: "operator", scopes: ["alerts:manage", "alerts:view"], days: 1 },
    });
    const token = made.body.secret as string;
    const post = (condition: object, more: object = {}) =>
      api.ask("POST", "/api/alerts/rules", { token, body: { name: "by key", condition, ...more } });
    expect((await post({ kind: "container-unhealthy" }, { healing: {} })).status).toBe(403);
    expect((await post({ kind: "container-log", pattern: "x", count: 1, withinSeconds: 60 })).status).toBe(403);
    expect((await post({ kind: "container-unhealthy" })).status).toBe(201);
  });

  test("about the host fire with its real figures, and the bell counts until it is read", async () => {
    const rule = await makeRule(api, { condition: { kind: "host-memory", percent: 1 }, severity: "info" });
    await until(api, rule, "firing");
    const { events, unread } = (await api.ask("GET", "/api/alerts/bell?limit=1")).body;
    expect(unread).toBeGreaterThan(0);
    expect((await api.ask("POST", "/api/alerts/bell/read", { body: { upTo: events[0].id } })).status).toBe(200);
    // Rules of the tests before may raise more meanwhile.
    const now = (await api.ask("GET", "/api/alerts/bell")).body;
    expect(now.unread).toBe(now.events.filter(({ id }: { id: number }) => id > events[0].id).length);
    // Marking as read is not audited, as it could fill the trail.
    expect((await api.ask("GET", "/api/audit?text=bell")).body.entries).toEqual([]);
    const viewer = await api.loginAs("viewer");
    expect((await api.ask("GET", "/api/alerts/bell", { cookie: viewer })).body.unread).toBeGreaterThan(0);
    await api.ask("DELETE", `/api/alerts/rules/${rule}`);
    expect((await alertsOf()).some(({ ruleId }) => ruleId === rule)).toBe(false);
  });
});
