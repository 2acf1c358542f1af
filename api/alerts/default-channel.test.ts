import { afterAll, beforeAll, expect, test } from "vitest";
import type { AlertChannel, ListedAlertRule } from "../../shared/protocol/alert.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type Receiver, startReceiver } from "../../shared/testing/peers/receiver.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { openDatabase } from "../database/database.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

let api: TestApi;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  api = await startApi({ env: { ALERT_ALLOWED_HOSTS: `127.0.0.1:${receiver.port}` } });
});
afterAll(async () => {
  await api.close();
  receiver.close();
});

/** Fires at once on every machine. */
const condition = { kind: "host-memory", percent: 1 } as const;
const addRule = async (body: object): Promise<ListedAlertRule> =>
  (await api.ask("POST", "/api/alerts/rules", { body: { name: "r", condition: logs, ...body } })).body.rule;
const logs = { kind: "container-log", count: 1, withinSeconds: 60, pattern: "x" };
const addChannel = async (name: string): Promise<AlertChannel> => {
  const settings = { type: "webhook", url: `${receiver.url}/${name}` };
  return (await api.ask("POST", "/api/alerts/channels", { body: { name, settings } })).body.channel;
};
const setDefault = (body: object, cookie?: string) =>
  api.ask("PUT", "/api/alerts/default-channel", cookie ? { body, cookie } : { body });
const rules = async (): Promise<ListedAlertRule[]> => (await api.ask("GET", "/api/alerts/rules")).body.rules;
const hasDefault = async (): Promise<boolean> => (await api.ask("GET", "/api/alerts/rules")).body.hasDefaultChannel;
const usesDefault = (rule: ListedAlertRule): boolean => rule.channels.includes("default");
const channels = async (): Promise<AlertChannel[]> => (await api.ask("GET", "/api/alerts/channels")).body.channels;

test("one request lets every rule notify a channel, also the rules that notified nobody", async () => {
  const channel = await addChannel("ops");
  const bellOnly = await addRule({ channels: ["bell"] });
  const nobody = await addRule({ channels: [] });
  expect(bellOnly.channels).toEqual(["bell"]);
  expect(await hasDefault()).toBe(false);

  const answer = await setDefault({ channel: channel.id, allRules: true });
  expect([answer.status, answer.body.rules, answer.body.channel.isDefault]).toEqual([200, 2, true]);
  expect([await hasDefault(), (await rules()).every(usesDefault)]).toEqual([true, true]);
  expect((await rules()).find(({ id }) => id === nobody.id)?.channels).toEqual(["default"]);
  expect(usesDefault(await addRule({}))).toBe(true); // a later one too
  // The second time there is nothing left to add.
  expect((await setDefault({ channel: channel.id, allRules: true })).body.rules).toBe(0);
});

test("an alert reaches the default channel once, also when its rule names that channel itself", async () => {
  const channel = await addChannel("twice");
  await setDefault({ channel: channel.id });
  const rule = await addRule({ name: "load", condition, channels: ["default", channel.id] });
  const sent = () => receiver.received.filter(({ path }) => path === "/twice");
  await eventually(() => sent().length > 0);
  const events = JSON.parse(sent()[0]?.body ?? "{}").events.filter(
    (one: { ruleName: string }) => one.ruleName === "load",
  );
  expect(events).toHaveLength(1);
  await api.ask("DELETE", `/api/alerts/rules/${rule.id}`);
});

test("a removed default channel leaves none, and the rules are ready for the next one", async () => {
  const channel = await addChannel("gone");
  await setDefault({ channel: channel.id, allRules: true });
  expect((await api.ask("DELETE", `/api/alerts/channels/${channel.id}`)).status).toBe(200);
  expect((await channels()).some(({ isDefault }) => isDefault)).toBe(false);
  expect([await hasDefault(), (await rules()).every(usesDefault)]).toEqual([false, true]);
  expect((await setDefault({ channel: channel.id })).status).toBe(404);
  expect((await setDefault({ channel: "default" })).status).toBe(404);
  const next = await addChannel("next");
  await setDefault({ channel: next.id });
  expect(await hasDefault()).toBe(true);
  expect((await setDefault({ channel: null })).body.channel).toBeNull();
});

test("a caller who may not read logs cannot become the receiver of log lines", async () => {
  const channel = await addChannel("lines");
  const scopes = ["alerts:view", "alerts:manage"];
  const made = await api.ask("POST", "/api/keys", { body: { name: "k", role: "operator", days: 1, scopes } });
  const asKey = (body: object) =>
    api.ask("PUT", "/api/alerts/default-channel", { body, token: made.body.secret, cookie: "" });
  expect((await asKey({ channel: channel.id })).status).toBe(403);
  expect((await asKey({ channel: null })).status).toBe(200);
  const limited = await api.loginAs("operator", { services: null, deployments: ["api"] });
  expect((await setDefault({ channel: channel.id }, limited)).status).toBe(403);
  expect((await channels()).some(({ isDefault }) => isDefault)).toBe(false);
  // The channel that is the default receives lines: its address cannot be changed either.
  await setDefault({ channel: channel.id });
  const body = { name: "mine", settings: { type: "webhook", url: `${receiver.url}/mine` } };
  const path = `/api/alerts/channels/${channel.id}`;
  expect((await api.ask("PUT", path, { body, token: made.body.secret, cookie: "" })).status).toBe(403);
});

test("rules of an earlier release that notified only the bell get the default channel, others stay as they are", async () => {
  const folder = await tempFolder("default-channel");
  const rule = (channels: string[]) => JSON.stringify({ condition, channels });
  const database = openDatabase(folder.path);
  database.exec("DELETE FROM migration WHERE number = 34");
  const insert = database.prepare(
    "INSERT INTO alert_rule (id, name, enabled, settings, created_at) VALUES (?, ?, 1, ?, '2026-01-01')",
  );
  for (const [id, channels] of [
    ["bell", ["bell"]],
    ["nobody", []],
    ["own", ["bell", "some-channel"]],
  ] as [string, string[]][])
    insert.run(id, id, rule(channels));
  database.close();
  const upgraded = openDatabase(folder.path);
  const channelsOf = (id: string) =>
    JSON.parse(String(upgraded.prepare("SELECT settings FROM alert_rule WHERE id = ?").get(id)?.settings)).channels;
  expect([channelsOf("bell"), channelsOf("nobody"), channelsOf("own")]).toEqual([
    ["bell", "default"],
    [],
    ["bell", "some-channel"],
  ]);
  upgraded.close();
  await folder.remove();
});
