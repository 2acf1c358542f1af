import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseConfig } from "../../shared/server/config.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { type Receiver, startReceiver } from "../../shared/testing/peers/receiver.ts";
import { createOwnAddresses } from "../outbound/own-addresses.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { makeRule } from "./testing.ts";

let api: TestApi;
let receiver: Receiver;
let elsewhere: Receiver;
let mail: { port: number; received: string[]; close(): Promise<void> };

beforeAll(async () => {
  [receiver, elsewhere, mail] = await Promise.all([startReceiver(), startReceiver(), startMailServer()]);
  const listed = [`127.0.0.1:${receiver.port}`, `localhost:${receiver.port}`, `127.0.0.1:${mail.port}`];
  api = await startApi({ env: { ALERT_ALLOWED_HOSTS: listed.join(",") } });
});
afterAll(async () => {
  await api.close();
  receiver.close();
  elsewhere.close();
  await mail.close();
});

async function startMailServer() {
  const received: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onData(stream, _session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        received.push(Buffer.concat(parts).toString());
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return { port, received, close: () => new Promise<void>((resolve) => server.close(resolve)) };
}

const make = (settings: object, name = "a channel") =>
  api.ask("POST", "/api/alerts/channels", { body: { name, settings } });
const made = async (settings: object): Promise<string> => {
  const answer = await make(settings);
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body.channel.id;
};
const tryOut = (id: string) => api.ask("POST", `/api/alerts/channels/${id}/test`, { body: {} });

describe("a webhook", () => {
  test("gets a real message by the test button, signed, with its own header", async () => {
    const url = `${receiver.url}/hook?token=path-secret`;
    const header = { name: "X-Key", value: "header-secret" };
    const answer = await make({ type: "webhook", url, signingKey: "sign-secret", header });
    expect(answer.text).not.toMatch(/path-secret|header-secret|sign-secret/);
    expect(answer.body.channel).toMatchObject({
      target: `${receiver.url}/…`,
      secrets: ["url", "signingKey", "header"],
    });
    expect((await api.ask("GET", "/api/alerts/channels")).text).not.toMatch(/path-secret|header-secret|sign-secret/);
    const tested = await tryOut(answer.body.channel.id);
    expect(tested.status).toBe(200);
    expect(tested.body.channel.delivery).toMatchObject({ error: null, sentAt: expect.any(String) });
    const { headers, path, body } = receiver.received.at(-1) ?? { headers: {}, path: "", body: "" };
    expect(path).toBe("/hook?token=path-secret");
    expect(headers["x-key"]).toBe("header-secret");
    const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-ai-desktop-signature"])) ?? [];
    expect(signature).toBe(createHmac("sha256", "sign-secret").update(`${time}.${body}`).digest("hex"));
    expect(JSON.parse(body)).toMatchObject({ version: 1, test: true, events: [] });
  });

  test("that refuses or redirects is reported in plain words, and a redirect is not followed", async () => {
    const id = await made({ type: "webhook", url: `${receiver.url}/hook` });
    receiver.answer.status = 500;
    const refused = await tryOut(id);
    expect([refused.status, refused.body.error]).toEqual([503, "The receiver answered with status 500."]);
    expect(refused.text).not.toContain("stranger");
    receiver.answer.status = 302;
    receiver.answer.headers = { location: `${elsewhere.url}/inner` };
    expect((await tryOut(id)).body.error).toMatch(/redirects/);
    expect(elsewhere.received).toEqual([]);
    receiver.answer.status = 200;
    receiver.answer.headers = {};
    const shown = (await api.ask("GET", "/api/alerts/channels")).body.channels.find(
      (one: { id: string }) => one.id === id,
    );
    expect(shown.delivery.error).toMatch(/redirects/);
  });

  test("keeps its secrets through a change, but not for another address", async () => {
    const id = await made({
      type: "webhook",
      url: `${receiver.url}/old`,
      signingKey: "k",
      header: { name: "X-Key", value: "kept" },
    });
    const put = (settings: object) =>
      api.ask("PUT", `/api/alerts/channels/${id}`, {
        body: { name: "renamed", settings: { type: "webhook", ...settings } },
      });
    const kept = { url: null, signingKey: null, header: { name: "X-Key", value: null } };
    expect((await put(kept)).status).toBe(200);
    await tryOut(id);
    expect(receiver.received.at(-1)).toMatchObject({ path: "/old", headers: { "x-key": "kept" } });
    expect((await put({ ...kept, url: `http://localhost:${receiver.port}/x` })).status).toBe(400);
  });
});

test("ntfy gets topic, priority and token", async () => {
  const settings = { type: "ntfy", server: receiver.url, topic: "server-topic", token: "ntfy-secret" };
  const id = await made(settings);
  // A topic gives read and write access: it is stored like a token.
  const shown = await api.ask("GET", "/api/alerts/channels");
  expect(shown.text).not.toContain("server-topic");
  const put = (more: object) =>
    api.ask("PUT", `/api/alerts/channels/${id}`, { body: { name: "x", settings: { ...settings, ...more } } });
  expect((await put({ topic: null, token: null })).status).toBe(200);
  expect((await put({ topic: null, server: `http://localhost:${receiver.port}` })).status).toBe(400);
  expect((await tryOut(id)).status).toBe(200);
  const { headers, body } = receiver.received.at(-1) ?? { headers: {}, body: "{}" };
  expect(headers.authorization).toBe("Bearer ntfy-secret");
  expect(JSON.parse(body)).toMatchObject({ topic: "server-topic", priority: 2 });
});

/** Queues a message of a rule for its channel, and saves the channel again so that it is sent at once. */
async function sendEvent(channel: string, settings: object, event: object) {
  const { ruleId = "gone", ...more } = event as { ruleId?: string };
  const message = {
    id: 1,
    at: new Date().toISOString(),
    kind: "firing",
    ruleId,
    ruleName: "a rule",
    severity: "warning",
    condition: "container-stopped",
    subject: { kind: "container", name: "web" },
    detail: "",
    ...more,
  };
  api.deps.database
    .prepare("INSERT INTO alert_message (channel_id, event_id, message) VALUES (?, 1, ?)")
    .run(channel, JSON.stringify(message));
  const saved = await api.ask("PUT", `/api/alerts/channels/${channel}`, { body: { name: "c", settings } });
  expect(saved.status, saved.text).toBe(200);
}

test("names and log lines are plain text in every channel", async () => {
  const name = "web\n**Resolved**: [click](https://evil.test) <!channel> @everyone `x`\u202e";
  const event = { subject: { kind: "process", name }, detail: "\u001b[31mred\u001b[0m\r\nFrom: you" };
  const oneLine = "web^J**Resolved**: [click](https://evil.test) <!channel> @everyone `x`[U+202E]";
  const settingsOf = {
    slack: { type: "webhook", url: `${receiver.url}/slack`, format: "slack" },
    discord: { type: "webhook", url: `${receiver.url}/discord`, format: "discord" },
    ntfy: { type: "ntfy", server: receiver.url, topic: "plain" },
    mail: {
      type: "email",
      host: "127.0.0.1",
      port: mail.port,
      security: "none",
      from: "panel@example.com",
      to: ["ops@example.com"],
    },
  };
  for (const settings of Object.values(settingsOf)) await sendEvent(await made(settings), settings, event);
  const sent = (path: string) =>
    eventually(() => {
      const found = receiver.received.find((one) => one.path === path && one.body.includes("Resolved"));
      return found !== undefined && JSON.parse(found.body);
    });
  const { text } = await sent("/slack");
  expect(text).toMatch(/^```\n[^`]*\n```$/);
  expect(text.split("\n")).toHaveLength(4);
  expect(text).toContain("&lt;!channel&gt;");
  const { content } = await sent("/discord");
  expect(content.split("\n")).toHaveLength(2);
  expect(content).not.toMatch(/(?<!\\)\[click|https:|(?<!\\)\*\*Resolved/);
  const ntfy = await sent("/");
  expect(ntfy.message).toBe(`Alert: ${oneLine}: a rule (red^M^JFrom: you)`.replace("red^M", "red"));
  await eventually(() => mail.received.some((one) => one.includes("Resolved") || one.includes("=?UTF-8")));
});

test("lines of logs go out only as long as who made the rule may read them, and a removed user's rules are named", async () => {
  const settings = { type: "webhook", url: `${receiver.url}/lines` };
  const cookie = await api.loginAs("operator");
  const who = (await api.ask("GET", "/api/session", { cookie })).body.principal;
  const channel = (await api.ask("POST", "/api/alerts/channels", { cookie, body: { name: "c", settings } })).body
    .channel;
  const condition = { kind: "container-log", count: 1, withinSeconds: 60, pattern: "x" };
  const body = { name: "log rule", condition, channels: [channel.id] };
  const rule = (await api.ask("POST", "/api/alerts/rules", { cookie, body })).body.rule;
  expect(rule).toMatchObject({ held: false, maker: { id: who.id, name: who.name, gone: false } });
  const lines = () => receiver.received.filter(({ path }) => path === "/lines").map((one) => one.body);
  const event = (detail: string, name = "web") => ({
    ruleId: rule.id,
    condition: "container-log",
    detail,
    subject: { kind: "container", name },
  });
  const channelNow = async () => {
    const all = (await api.ask("GET", "/api/alerts/channels")).body.channels as { id: string }[];
    return all.find(({ id }) => id === channel.id) as { delivery?: { error: string; waiting: number }; maker?: object };
  };
  const isHeld = () =>
    eventually(async () => {
      const { delivery } = await channelNow();
      return delivery?.waiting === 0 && /held back/.test(delivery.error ?? "");
    });
  const ruleNow = async () => (await api.ask("GET", `/api/alerts/rules/${rule.id}`)).body.rule;

  const patch = (change: object) => api.ask("PATCH", `/api/users/${who.id}`, { body: change });
  await patch({ role: "viewer", limits: { services: ["other"], deployments: null } });
  expect(await ruleNow()).toMatchObject({ held: true });
  await sendEvent(channel.id, { ...settings, url: null }, event("secret line of web"));
  await isHeld();
  await patch({ limits: { services: ["web"], deployments: null } });
  await sendEvent(channel.id, { ...settings, url: null }, event("allowed line of web"));
  await eventually(() => lines().length === 1);

  const removed = await api.ask("DELETE", `/api/users/${who.id}`);
  expect(removed.body.left).toEqual({ rules: ["log rule"], channels: [] }); // the channel was saved by somebody else since
  expect(await ruleNow()).toMatchObject({ held: true, maker: { name: who.name, gone: true } });
  await sendEvent(channel.id, { ...settings, url: null }, event("line after the removal"));
  await isHeld();
  expect(lines().join()).not.toMatch(/secret line|after the removal/);
  // A caller who may read logs becomes the author of the rule by saving it.
  expect((await api.ask("PUT", `/api/alerts/rules/${rule.id}`, { body })).body.rule).toMatchObject({ held: false });
});

test("mail goes to a real mail server, and a password only over an encrypted connection", async () => {
  const settings = {
    type: "email",
    host: "127.0.0.1",
    port: mail.port,
    security: "none",
    from: "panel@example.com",
    to: ["ops@example.com"],
  };
  const id = await made(settings);
  expect((await tryOut(id)).status).toBe(200);
  expect(mail.received.at(-1)).toMatch(/^From: panel@example.com\r\nTo: ops@example.com\r\nSubject: .*test message/);
  expect((await make({ ...settings, user: "u", password: "mail-secret" })).status).toBe(400);
  const strict = await made({ ...settings, security: "starttls", user: "u", password: "mail-secret" });
  const refused = await tryOut(strict);
  expect(refused.status).toBe(503);
  expect(refused.body.error).toMatch(/encryption|mail server/);
  expect(refused.text).not.toContain("mail-secret");
});

test("nothing is sent into an inner network that the operator did not list", async () => {
  const port = elsewhere.port;
  const refused: [string, number][] = [
    [`http://127.0.0.1:${port}/`, 403],
    [`http://0x7f.1:${port}/`, 403],
    [`http://2130706433:${port}/`, 403],
    [`http://[::1]:${port}/`, 403],
    [`http://[::ffff:127.0.0.1]:${port}/`, 403],
    ["http://169.254.169.254/latest/meta-data", 403],
    ["http://10.1.2.3/", 403],
    ["http://172.17.0.1/", 403],
    [`http://u@127.0.0.1:${receiver.port}/`, 400],
    ["file:///etc/passwd", 400],
    ["unix:///var/run/docker.sock", 400],
  ];
  for (const [url, status] of refused)
    expect([url, (await make({ type: "webhook", url })).status]).toEqual([url, status]);
  for (const host of ["127.0.0.1", "127.1", "::1", "10.0.0.1"]) {
    const settings = { type: "email", host, port, security: "none", from: "a@example.com", to: ["b@example.com"] };
    expect([host, (await make(settings)).status]).toEqual([host, 403]);
  }
  // A name is resolved when a message is sent, and only then checked.
  const byName = await made({ type: "webhook", url: `http://localhost:${port}/` });
  const answer = await tryOut(byName);
  expect([answer.status, answer.body.error]).toEqual([403, expect.stringContaining("ALERT_ALLOWED_HOSTS")]);
  expect(elsewhere.received).toEqual([]);
});

test("nothing is sent to an address of the host itself, however public", async () => {
  const env = { VPS_IP: "1.1.1.1", PUBLIC_ORIGIN: "https://1.0.0.1,https://panel.test" };
  const config = parseConfig({ ...env, DATA_DIR: "/nonexistent" });
  const own = createOwnAddresses({
    config,
    interfaces: () => ({ eth0: [{ address: "8.8.8.8" }, { address: "2606:4700::1%eth0" }] }) as never,
    resolve: async () => ["9.9.9.9"],
  });
  await own.refresh();
  for (const address of ["1.1.1.1", "1.0.0.1", "8.8.8.8", "2606:4700:0:0::1", "9.9.9.9", "::ffff:8.8.8.8"]) {
    expect([address, own.includes(address)]).toEqual([address, true]);
  }
  expect(own.includes("8.8.4.4")).toBe(false);
  const other = await startApi({ env });
  try {
    for (const host of ["1.1.1.1", "1.0.0.1", "panel.test", "PANEL.test."]) {
      const body = { name: "x", settings: { type: "webhook", url: `http://${host}:9100/` } };
      expect([host, (await other.ask("POST", "/api/alerts/channels", { body })).status]).toEqual([host, 403]);
    }
  } finally {
    await other.close();
  }
});

test("a storm becomes a few messages, and a receiver that was away gets what it missed", async () => {
  const id = await made({ type: "webhook", url: `${receiver.url}/storm` });
  const rule = await makeRule(api, {
    name: "host full",
    condition: { kind: "host-disk", percent: 1 },
    channels: [id],
  });
  const storm = () => receiver.received.filter(({ path }) => path === "/storm");
  const events = await eventually(async () => {
    const { body } = await api.ask("GET", `/api/alerts/history?limit=200&rule=${rule}`);
    return body.events.length > 0 && body.events;
  });
  await eventually(() => storm().length > 0);
  const notified = storm().flatMap(({ body }) => JSON.parse(body).events as { id: number }[]);
  expect(storm()).toHaveLength(1);
  expect(notified.map((event) => event.id).sort()).toEqual(events.map((event: { id: number }) => event.id).sort());
});

test("a viewer neither manages channels nor sees their secrets", async () => {
  const cookie = await api.loginAs("viewer");
  const body = { name: "x", settings: { type: "ntfy", topic: "x" } };
  expect((await api.ask("POST", "/api/alerts/channels", { cookie, body })).status).toBe(403);
  expect((await api.ask("GET", "/api/alerts/channels", { cookie })).status).toBe(403);
  for (const settings of [
    { type: "ntfy", topic: "a/b" },
    { type: "webhook", url: receiver.url, header: { name: "Host", value: "x" } },
    { type: "webhook", url: receiver.url, header: { name: "X-A", value: "a\r\nb" } },
    { type: "email", host: "a b", from: "a@example.com", to: ["b@example.com"] },
    { type: "email", host: "example.com", from: "a@example.com\r\nBcc: x@example.com", to: ["b@example.com"] },
    { type: "email", host: "example.com", from: "a@example.com", to: [] },
    { type: "pigeon" },
  ]) {
    expect([JSON.stringify(settings), (await make(settings)).status]).toEqual([JSON.stringify(settings), 400]);
  }
});

test("one user sends sixty tests a minute at most", async () => {
  const id = await made({ type: "webhook", url: receiver.url });
  const before = receiver.received.length;
  // Their minute begins with the first of these.
  const cookie = await api.loginAs("admin");
  const send = () => api.ask("POST", `/api/alerts/channels/${id}/test`, { body: {}, cookie });
  const answers = await Promise.all(Array.from({ length: 61 }, send));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused[0]?.body).toMatchObject({ code: "rate_limited" });
  expect(receiver.received.length - before).toBe(61 - refused.length);
});

test("a receiver that never responds is abandoned in time", async () => {
  const silent = createServer(() => {});
  silent.listen(receiver.port, "127.0.0.2");
  await once(silent, "listening");
  const other = await startApi({ env: { ALERT_ALLOWED_HOSTS: "127.0.0.2" } });
  const settings = { type: "webhook", url: `http://127.0.0.2:${receiver.port}/` };
  const { body } = await other.ask("POST", "/api/alerts/channels", { body: { name: "silent", settings } });
  const testing = other.ask("POST", `/api/alerts/channels/${body.channel.id}/test`, { body: {} });
  const [request] = await once(silent, "request");
  expect(request.url).toBe("/");
  // The end of the server ends the wait as well.
  await other.deps.alerts.close();
  expect((await testing).body.error).toBe("The receiver did not answer in time.");
  silent.closeAllConnections();
  silent.close();
  await other.close();
});
