import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ListSetting, Setting } from "../../shared/protocol/settings.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { createTestClock, startAccess } from "../access/testing.ts";
import { everythingServer } from "../mcp/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

let api: TestApi;
beforeEach(async () => {
  api = await startApi({ env: { MCP_ALLOWED_COMMANDS: "/opt/from-env --safe", STATS_HISTORY_DAYS: "9" } });
});
afterEach(() => api.close());

const settingOf = async (name: string): Promise<Setting> => {
  const { settings } = (await api.ask("GET", "/api/settings")).body as { settings: Setting[] };
  const found = settings.find((setting) => setting.name === name);
  if (!found) throw new Error(`no setting ${name}`);
  return found;
};
const setValue = (name: string, value: unknown, version: number, more: object = {}) =>
  api.ask("PUT", `/api/settings/${name}`, { body: { value, version }, ...more });
const setList = (name: string, entries: unknown, version: number, more: object = {}) =>
  api.ask("PUT", `/api/settings/lists/${name}`, { body: { entries, version }, ...more });
const keyOf = async (scopes: string[] | null) =>
  (await api.ask("POST", "/api/keys", { body: { name: "ci", role: "admin", days: 1, scopes } })).body.secret as string;

test("a change is taken back, and that of a list needs what the list needs", async () => {
  await setValue("AUDIT_KEEP_DAYS", 30, 0);
  await setList("MCP_ALLOWED_COMMANDS", ["node"], 0);
  const { entries } = (await api.ask("GET", "/api/activity")).body as { entries: { id: string; action: string }[] };
  const undo = (action: string, more: object = {}) =>
    api.ask("POST", `/api/activity/${entries.find((one) => one.action === action)?.id}/undo`, more);
  const token = await keyOf(null);
  expect((await undo("setting:change-list", { token, origin: null })).status).toBe(403);
  for (const action of ["setting:change", "setting:change-list"]) {
    expect(await api.ended(await undo(action))).toMatchObject({ state: "succeeded" });
  }
  expect(await settingOf("AUDIT_KEEP_DAYS")).toMatchObject({ value: 90, source: "default", version: 2 });
  expect(((await settingOf("MCP_ALLOWED_COMMANDS")) as ListSetting).entries.map(({ entry }) => entry)).toEqual([
    "/opt/from-env --safe",
  ]);
});

test("a number applies at once, names who changed it, and returns to the default", async () => {
  expect(await settingOf("UPDATE_CHECK_HOURS")).toMatchObject({ value: 12, source: "default", version: 0 });
  const changed = await setValue("UPDATE_CHECK_HOURS", 6, 0);
  expect(changed.body.setting).toMatchObject({ value: 6, source: "settings", version: 1, changedBy: "ada" });
  expect(api.deps.updateChecks.everyHours).toBe(6);
  expect((await setValue("UPDATE_CHECK_HOURS", null, 1)).body.setting).toMatchObject({ value: 12, source: "default" });
  const { entries } = (await api.ask("GET", "/api/audit?action=setting:change")).body;
  expect(entries).toContainEqual(expect.objectContaining({ target: "UPDATE_CHECK_HOURS", detail: "12 → 6" }));
  expect(entries).toContainEqual(expect.objectContaining({ detail: "6 → the default" }));
});

test("the environment takes precedence over a number, and the response says so", async () => {
  expect(await settingOf("STATS_HISTORY_DAYS")).toMatchObject({ value: 9, source: "environment" });
  const refused = await setValue("STATS_HISTORY_DAYS", 3, 0);
  expect([refused.status, refused.body.error]).toEqual([409, expect.stringContaining("STATS_HISTORY_DAYS")]);
});

test.for([
  ["UPDATE_CHECK_HOURS", -1],
  ["UPDATE_CHECK_HOURS", 1e9],
  ["AUDIT_KEEP_DAYS", 1],
  ["AUDIT_KEEP_DAYS", 30.5],
  ["AUDIT_KEEP_DAYS", "30"],
  ["AUDIT_KEEP_DAYS", [30]],
  ["MCP_ALLOWED_COMMANDS", "node"],
  ["DATA_DIR", "/"],
] as const)("refuses %s with %j", async ([name, value]) => {
  expect((await setValue(name, value, 0)).status).toBe(400);
});

test("of two administrators who change the same setting, the second is refused", async () => {
  const results = await Promise.all([30, 40, 50].map((value) => setValue("AUDIT_KEEP_DAYS", value, 0)));
  expect(results.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  expect((await settingOf("AUDIT_KEEP_DAYS")).version).toBe(1);
});

test("a list adds to that of the environment, in the form in which entries are compared", async () => {
  const entries = ["  node   server.js ", "/usr/bin/mcp-files"];
  const { setting } = (await setList("MCP_ALLOWED_COMMANDS", entries, 0)).body as { setting: ListSetting };
  expect(setting.entries.map(({ entry, source }) => `${source} ${entry}`)).toEqual([
    "environment /opt/from-env --safe",
    "settings node server.js",
    "settings /usr/bin/mcp-files",
  ]);
  expect(setting.entries.map(({ program }) => program === null)).toEqual([true, false, true]);
  const hosts = ["NTFY.lan:8080", "bücher.lan", "[FD00::1]:443", "fd00::2", "10.0.0.1"];
  const listed = (await setList("ALERT_ALLOWED_HOSTS", hosts, 0)).body.setting as ListSetting;
  expect(listed.entries.map(({ entry }) => entry)).toEqual([
    "ntfy.lan:8080",
    "xn--bcher-kva.lan",
    "[fd00::1]:443",
    "[fd00::2]",
    "10.0.0.1",
  ]);
  const { entries: audited } = (await api.ask("GET", "/api/audit?action=setting:change-list")).body;
  expect(audited).toContainEqual(
    expect.objectContaining({ target: "MCP_ALLOWED_COMMANDS", detail: "+ node server.js, + /usr/bin/mcp-files" }),
  );
});

test.for([
  ["MCP_ALLOWED_COMMANDS", ["sh"]],
  ["MCP_ALLOWED_COMMANDS", ["/bin/bash -c x"]],
  ["MCP_ALLOWED_COMMANDS", ["env node"]],
  ["MCP_ALLOWED_COMMANDS", ["SUDO node"]],
  ["MCP_ALLOWED_COMMANDS", ["bash-5.2"]],
  ["MCP_ALLOWED_COMMANDS", ["bash-static"]],
  ["MCP_ALLOWED_COMMANDS", ["/lib64/ld-linux-x86-64.so.2 /bin/sh"]],
  ["MCP_ALLOWED_COMMANDS", ["./server"]],
  ["MCP_ALLOWED_COMMANDS", ["bin/server"]],
  ["MCP_ALLOWED_COMMANDS", ["/usr/../bin/node"]],
  ["MCP_ALLOWED_COMMANDS", ["/usr//bin/node"]],
  ["MCP_ALLOWED_COMMANDS", ["*"]],
  ["MCP_ALLOWED_COMMANDS", [""]],
  ["MCP_ALLOWED_COMMANDS", ["node\u202e"]],
  ["MCP_ALLOWED_COMMANDS", ["node\nsh"]],
  ["MCP_ALLOWED_COMMANDS", ["n\u043ede"]],
  ["MCP_ALLOWED_COMMANDS", ["node", "node"]],
  ["MCP_ALLOWED_COMMANDS", ["node a", " node  a "]],
  ["MCP_ALLOWED_COMMANDS", ["x".repeat(301)]],
  ["MCP_ALLOWED_COMMANDS", Array.from({ length: 10_000 }, (_, index) => `tool-${index}`)],
  ["MCP_ALLOWED_HOSTS", ["*"]],
  ["MCP_ALLOWED_HOSTS", ["*.lan"]],
  ["MCP_ALLOWED_HOSTS", ["10.0.0.0/8"]],
  ["MCP_ALLOWED_HOSTS", ["http://ntfy.lan"]],
  ["MCP_ALLOWED_HOSTS", ["user@ntfy.lan"]],
  ["MCP_ALLOWED_HOSTS", ["ntfy.lan:0"]],
  ["MCP_ALLOWED_HOSTS", ["ntfy.lan:99999"]],
  ["MCP_ALLOWED_HOSTS", ["ntfy.lan/path"]],
  ["MCP_ALLOWED_HOSTS", ["010.0.0.1"]],
  ["MCP_ALLOWED_HOSTS", ["0x7f000001"]],
  ["MCP_ALLOWED_HOSTS", ["127.1:80"]],
  ["ALERT_ALLOWED_HOSTS", ["a b"]],
  ["ALERT_ALLOWED_HOSTS", ["ntfy.lan", "NTFY.LAN."]],
  ["ALERT_ALLOWED_HOSTS", "ntfy.lan"],
  ["ALERT_ALLOWED_HOSTS", [1]],
] as const)("refuses to add to %s: %j", async ([name, entries]) => {
  expect((await setList(name, entries, 0)).status).toBe(400);
  expect((await settingOf(name)).version).toBe(0);
});

test("only administrators of the whole host change settings, and keys never change the lists", async () => {
  const operator = await api.loginAs("operator");
  const limited = await api.loginAs("admin", { services: ["web"] });
  for (const cookie of [operator, limited]) {
    expect((await api.ask("GET", "/api/settings", { cookie })).status).toBe(403);
    expect((await setValue("AUDIT_KEEP_DAYS", 30, 0, { cookie })).status).toBe(403);
    expect((await setList("MCP_ALLOWED_COMMANDS", ["node"], 0, { cookie })).status).toBe(403);
  }
  for (const scopes of [null, ["settings:manage"]]) {
    const token = await keyOf(scopes);
    expect((await setList("MCP_ALLOWED_COMMANDS", ["node"], 0, { token, origin: null })).status).toBe(403);
    expect((await api.ask("GET", "/api/settings", { token, origin: null })).status).toBe(200);
  }
  expect((await settingOf("MCP_ALLOWED_COMMANDS")).version).toBe(0);
});

test("an administrator allows a program, and a server whose program is no longer allowed is stopped", async () => {
  const transport = { type: "stdio", command: process.execPath, args: [everythingServer], env: {} };
  const register = () => api.ask("POST", "/api/mcp", { body: { name: "everything", transport } });
  const refused = await register();
  expect([refused.status, refused.body.error]).toEqual([403, expect.stringContaining("MCP_ALLOWED_COMMANDS")]);
  expect((await setList("MCP_ALLOWED_COMMANDS", [process.execPath], 0)).status).toBe(200);
  const { id } = (await register()).body.server;
  expect((await api.ask("POST", `/api/mcp/${id}/start`, { body: {} })).body.server.status).toBe("running");
  // Another entry that still covers it changes nothing.
  await setList("MCP_ALLOWED_COMMANDS", [`${process.execPath} ${everythingServer}`], 1);
  expect((await api.ask("GET", `/api/mcp/${id}`)).body.server.status).toBe("running");
  await setList("MCP_ALLOWED_COMMANDS", [], 2);
  const stopped = await eventually(async () => {
    const { server } = (await api.ask("GET", `/api/mcp/${id}`)).body;
    if (server.status !== "failed") throw new Error(server.status);
    return server;
  });
  expect(stopped.message).toContain("MCP_ALLOWED_COMMANDS");
  expect((await api.ask("POST", `/api/mcp/${id}/start`, { body: {} })).status).toBe(403);
});

test("an allowed host takes a channel at once, also one by IPv6", async () => {
  const webhook = (host: string) => ({ type: "webhook", url: `http://${host}/`, format: "json" });
  const add = (host: string) =>
    api.ask("POST", "/api/alerts/channels", { body: { name: host, settings: webhook(host) } });
  expect((await add("[fd00::1]:8080")).body.error).toContain("ALERT_ALLOWED_HOSTS");
  await setList("ALERT_ALLOWED_HOSTS", ["fd00::1", "127.0.0.1:81"], 0);
  expect((await add("[fd00::1]:8080")).status).toBe(201);
  expect((await add("127.0.0.1:80")).status).toBe(403);
  expect((await add("127.0.0.1:81")).status).toBe(201);
});

test("shows the variables of the environment without secrets", async () => {
  const { environment, way } = (await api.ask("GET", "/api/settings")).body;
  expect(way).toBe("project");
  const of = (name: string) => environment.find((one: { name: string }) => one.name === name);
  expect(of("FILE_MANAGER_ROOT")).toMatchObject({ isSet: true, isSecret: false });
  expect(of("BASE_PATH")).toMatchObject({ isSet: false, value: null });
  expect(of("EMIT_TOKEN")).toMatchObject({ value: null, isSecret: true });
  expect(of("STATS_INTERVAL")).toBeUndefined();
});

test("stored logs, samples and their history follow without a restart", async () => {
  await api.close();
  api = await startApi({ env: { LOG_STORE_MAX_BYTES: "", LOG_STORE_MAX_DAYS: "", STATS_INTERVAL: "" } });
  const budget = async () => (await api.ask("GET", "/api/logs/containers")).body;
  expect((await budget()).budget).toMatchObject({ bytesLimit: 2 * 1024 ** 3, daysLimit: 14 });
  await setValue("LOG_STORE_MAX_DAYS", 3, 0);
  await setValue("LOG_STORE_MAX_BYTES", 512 * 1024, 0);
  expect((await budget()).budget).toMatchObject({ bytesLimit: 512 * 1024, daysLimit: 3 });
  await setValue("LOG_STORE_MAX_DAYS", 0, 1);
  await eventually(async () => expect((await budget()).state).toBe("off"));
  expect((await api.ask("GET", "/api/logs")).body.code).toBe("not_supported");
  expect((await api.ask("GET", "/metrics")).status).toBe(200);
  await setValue("LOG_STORE_MAX_DAYS", 2, 2);
  await eventually(async () => expect((await budget()).budget?.daysLimit).toBe(2));
  const samples = async () => (await api.ask("GET", "/api/system/history?range=1h")).body.history;
  expect((await samples()).step).toBe(15);
  await setValue("STATS_INTERVAL", 1, 0);
  await eventually(async () => expect((await samples()).times.length).toBeGreaterThan(1));
  expect((await samples()).step).toBe(1);
  await setValue("STATS_HISTORY_DAYS", 0, 0);
  expect((await samples()).times).toEqual([]);
});

test("survives a restart, ignores what is not valid any more, and needs a fresh proof for a list", async () => {
  const clock = createTestClock();
  const server = await startAccess({ clock });
  try {
    const cookie = await server.setUp();
    const ask = (method: string, path: string, body?: unknown) => server.ask(method, path, { cookie, body });
    const allow = (version: number) =>
      ask("PUT", "/api/settings/lists/MCP_ALLOWED_COMMANDS", { entries: ["node"], version });
    expect((await allow(0)).status).toBe(200);
    expect((await ask("PUT", "/api/settings/AUDIT_KEEP_DAYS", { value: 30, version: 0 })).status).toBe(200);
    await server.restart(() => {
      const database = new DatabaseSync(join(server.dataDir, "state.db"));
      database.exec(`INSERT INTO setting VALUES ('UPDATE_CHECK_HOURS', '"often"', NULL, 4, '2026-01-15T00:00:00.000Z', 'x'),
        ('STATS_HISTORY_DAYS', 'no json', '{', 3, '2026-01-15T00:00:00.000Z', 'x'),
        ('MCP_ALLOWED_HOSTS', '["ok.lan", "*", 1]', NULL, 2, '2026-01-15T00:00:00.000Z', 'x')`);
      database.close();
    });
    const { settings } = (await ask("GET", "/api/settings")).body as { settings: Setting[] };
    const of = (name: string) => settings.find((setting) => setting.name === name);
    expect(of("AUDIT_KEEP_DAYS")).toMatchObject({ value: 30, source: "settings", version: 1 });
    expect(of("UPDATE_CHECK_HOURS")).toMatchObject({ value: 12, source: "default", version: 4 });
    expect(of("STATS_HISTORY_DAYS")).toMatchObject({ source: "default", version: 3 });
    expect((of("MCP_ALLOWED_HOSTS") as ListSetting).entries.map(({ entry }) => entry)).toEqual(["ok.lan"]);
    expect((of("MCP_ALLOWED_COMMANDS") as ListSetting).entries.map(({ entry }) => entry)).toEqual(["node"]);
    clock.pass(600_000);
    expect((await allow(1)).body).toMatchObject({ code: "forbidden", proofRequired: true });
    expect((await ask("PUT", "/api/settings/AUDIT_KEEP_DAYS", { value: 31, version: 1 })).status).toBe(200);
  } finally {
    await server.stop();
  }
});
