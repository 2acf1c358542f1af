import { open, readdir } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogSearchAnswer } from "../../../shared/protocol/log-search.ts";
import { eventually, HANG_MS } from "../../../shared/testing/eventually.ts";
import { logsRoutes } from "../../logs/routes.ts";
import { createMcpHost } from "../../mcp/host/host.ts";
import { everythingServer, nodeOnly } from "../../mcp/testing.ts";
import { startApi, type TestApi } from "../../testing/api-server.ts";
import { startRoutes } from "../../testing/route-server.ts";
import { PASSWORD, send, WEB_ORIGIN } from "../testing.ts";

const FILE_BYTES = 512 * 1024 * 1024;
/** Pages without end: more than any buffer between the server and a client that reads nothing. */
const page: LogSearchAnswer = {
  marks: [],
  older: null,
  newer: "1-1-1-1",
  complete: true,
  scanned: 1,
  reached: null,
  lines: Array.from({ length: 100 }, (_, n) => ({
    id: `1-1-${n}`,
    kind: "container" as const,
    container: "web",
    containerId: "w",
    run: 1,
    time: "2026-01-01T00:00:00.000000000Z",
    stream: "stdout" as const,
    level: "info" as const,
    text: "x".repeat(2_000),
  })),
};
let pages = 0;
let api: TestApi;

beforeAll(async () => {
  api = await startApi({
    change: (deps) => ({
      mcp: createMcpHost({ ...deps, config: nodeOnly, startMs: HANG_MS }),
      logStore: { ...deps.logStore, search: async () => ({ ...page, newer: `1-1-1-${++pages}` }) },
    }),
  });
  const { folder } = (await api.ask("GET", "/api/files?path=/")).body;
  expect(folder.path).toBe("/");
});
afterAll(() => api.close());

interface Person {
  id: string;
  cookie: string;
}
const person = async (role: string, limits = {}): Promise<Person> => {
  const username = `person-${Math.random().toString(36).slice(2)}`;
  const body = { username, role, password: PASSWORD, limits: { services: null, deployments: null, ...limits } };
  const { body: made } = await api.ask("POST", "/api/users", { body });
  const { cookie = "" } = await send(api.port, "POST", "/api/session", { body: { username, password: PASSWORD } });
  return { id: made.user.id, cookie };
};
const change = async ({ id }: Person, body: object) => {
  const answer = await api.ask("PATCH", `/api/users/${id}`, { body });
  expect(answer.status, answer.text).toBe(200);
};

/** A response whose body nobody reads; `rest` reads all that comes, and tells how it ended. */
async function hold(path: string, headers: Record<string, string>, port = api.port) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers, agent: false }, resolve).on("error", reject).end();
  });
  const over = new Promise<string>((resolve) => {
    response.on("end", () => resolve("whole"));
    response.on("error", () => resolve("broken off"));
    response.on("aborted", () => resolve("broken off"));
  });
  return {
    status: response.statusCode ?? 0,
    rest: () => {
      response.resume();
      return over;
    },
  };
}
const read = (path: string, { cookie }: Person) => hold(path, { Cookie: cookie });

test("a download of a file breaks off with the session, and with the right to read files", async () => {
  const handle = await open(join(await fileRoot(), "large"), "w");
  await handle.truncate(FILE_BYTES);
  await handle.close();
  for (const lose of [
    (who: Person) => api.ask("PATCH", `/api/users/${who.id}`, { body: { role: "viewer" } }),
    (who: Person) => api.ask("DELETE", `/api/users/${who.id}`),
    (who: Person) => send(api.port, "DELETE", "/api/session", { cookie: who.cookie }),
  ]) {
    const who = await person("operator");
    const { status, rest } = await read("/api/files/download?path=/large", who);
    expect(status).toBe(200);
    expect((await lose(who)).status).toBe(200);
    await eventually(() => api.deps.access.liveRights.size === 0);
    expect(await rest()).toBe("broken off");
  }
});

test("a caller holds at most a share of the file downloads, and others still get theirs", async () => {
  const handle = await open(join(await fileRoot(), "held"), "w");
  await handle.truncate(FILE_BYTES);
  await handle.close();
  const [many, other] = [await person("operator"), await person("operator")];
  const refused = Promise.withResolvers<number>();
  let begun = 0;
  for (let n = 0; n < 50; n++) {
    void read("/api/files/download?path=/held", many).then(
      ({ status }) => (status === 200 ? begun++ : refused.resolve(status)),
      () => {}, // its wait ends with the session
    );
  }
  expect(await refused.promise).toBe(503);
  await eventually(() => begun === 12);
  expect(api.deps.access.liveRights.size).toBe(12);
  expect((await read("/api/files/download?path=/held", other)).status).toBe(200);
  await Promise.all([many, other].map(({ id }) => api.ask("DELETE", `/api/users/${id}/sessions`)));
  await eventually(() => api.deps.access.liveRights.size === 0);
});

test("an upload breaks off with the session, and leaves nothing behind", async () => {
  const who = await person("operator");
  const upload = request({
    host: "127.0.0.1",
    port: api.port,
    method: "PUT",
    path: "/api/files/upload?path=/unfinished",
    agent: false,
    headers: { Cookie: who.cookie, Origin: WEB_ORIGIN, "Content-Type": "application/octet-stream" },
  });
  const ended = new Promise<number | string>((resolve) => {
    upload.on("response", (response) => resolve(response.statusCode ?? 0)).on("error", () => resolve("broken off"));
  });
  upload.write(Buffer.alloc(1_000));
  const begun = () => readdir(root).then((names) => names.some((name) => name.endsWith(".part")));
  const root = await fileRoot();
  await eventually(begun);
  await api.ask("DELETE", `/api/users/${who.id}/sessions`);
  expect([401, "broken off"]).toContain(await ended);
  await eventually(async () => !(await begun()));
  expect(await readdir(root)).not.toContain("unfinished");
  expect(api.deps.access.liveRights.size).toBe(0);
  upload.destroy();
});

test("a download of logs breaks off when the scope no longer contains its container", async () => {
  const whole = await person("viewer");
  const limited = await person("viewer", { services: ["web", "other"] });
  const named = await person("viewer", { services: ["web", "other"] });
  const downloads = await Promise.all([
    read("/api/logs/download", whole),
    read("/api/logs/download", limited),
    read("/api/logs/download?container=other", named),
  ]);
  await change(whole, { limits: { services: ["web"], deployments: null } });
  await change(limited, { limits: { services: ["web"], deployments: null } });
  await change(named, { limits: { services: ["web"], deployments: null } });
  await eventually(() => api.deps.access.liveRights.size === 0);
  expect(await Promise.all(downloads.map(({ rest }) => rest()))).toEqual(["broken off", "broken off", "broken off"]);
});

test("a caller cannot hold all places for downloads, with any number of keys", async () => {
  const one = await person("viewer");
  const key = await send(api.port, "POST", "/api/keys", {
    cookie: one.cookie,
    body: { name: "more", role: "viewer", days: 1 },
  });
  const held = [await read("/api/logs/download", one), await read("/api/logs/download", one)];
  expect(held.map(({ status }) => status)).toEqual([200, 200]);
  expect((await read("/api/logs/download", one)).status).toBe(503);
  const byKey = await hold("/api/logs/download", { Authorization: `Bearer ${key.body.secret}` });
  expect(byKey.status).toBe(503);
  const other = await person("viewer");
  const free = await read("/api/logs/download", other);
  expect(free.status).toBe(200);
  for (const who of [one, other]) await api.ask("DELETE", `/api/users/${who.id}/sessions`);
  await eventually(() => api.deps.access.liveRights.size === 0);
  await Promise.all([...held, free].map(({ rest }) => rest()));
});

test("a download that the client does not read ends, and frees its place", async () => {
  const routes = await startRoutes("/api/logs", () =>
    logsRoutes(
      { logStore: { ...api.deps.logStore, search: async () => ({ ...page, newer: `1-1-1-${++pages}` }) } },
      { downloadIdleMs: 50 },
    ),
  );
  try {
    const port = Number(new URL(routes.url).port);
    const held = [await hold("/api/logs/download", {}, port), await hold("/api/logs/download", {}, port)];
    await eventually(async () => {
      const next = await hold("/api/logs/download", {}, port);
      return next.status === 200;
    });
    for (const { rest } of held) expect(await rest()).toBe("broken off");
  } finally {
    await routes.close();
  }
});

test("tool calls end with the right to call, and those of one user leave places for others", async () => {
  const transport = { type: "stdio", command: process.execPath, args: [everythingServer], env: {} };
  const made = await api.ask("POST", "/api/mcp", { body: { name: "everything", transport } });
  const path = `/api/mcp/${made.body.server.id}`;
  expect((await api.ask("POST", `${path}/start`, { body: {} })).status).toBe(200);
  const who = await person("operator");
  const body = { name: "trigger-long-running-operation", arguments: { duration: 600, steps: 600 } };
  const call = () => send(api.port, "POST", `${path}/tools/call`, { cookie: who.cookie, body });
  const calls = Array.from({ length: 8 }, call);
  await eventually(() => api.deps.access.liveRights.size === 8);
  expect(await call()).toMatchObject({ status: 503, body: { code: "overloaded" } });
  const echo = { name: "echo", arguments: { message: "still here" } };
  expect((await api.ask("POST", `${path}/tools/call`, { body: echo })).text).toContain("still here");
  await change(who, { role: "viewer" });
  for (const answer of await Promise.all(calls))
    expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
});

test("a job is cancelled when its caller loses the right to it, and continues without the session", async () => {
  const begin = ({ id }: Person, services: string[] = []) =>
    api.deps.jobs.start({
      kind: "service:restart",
      target: "web",
      services,
      requestId: "r",
      address: "",
      principal: { kind: "user", id, name: "somebody" },
      run: ({ signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
  const [demoted, limited, removed, kept] = await Promise.all(
    Array.from({ length: 4 }, () => person("operator")) as [Promise<Person>, ...Promise<Person>[]],
  );
  if (!demoted || !limited || !removed || !kept) throw new Error("nobody");
  const lost = [begin(demoted), begin(limited, ["web"]), begin(removed)];
  const going = begin(kept, ["web"]);
  await api.ask("DELETE", `/api/users/${kept.id}/sessions`);
  await change(demoted, { role: "viewer" });
  await change(limited, { limits: { services: ["other"], deployments: null } });
  await api.ask("DELETE", `/api/users/${removed.id}`);
  for (const { id } of lost) {
    expect(await api.deps.jobs.finished(id)).toMatchObject({ state: "cancelled", error: { code: "forbidden" } });
  }
  expect(api.deps.jobs.find(going.id)?.job.state).toBe("running");
  api.deps.jobs.cancel(going.id);
  expect((await api.deps.jobs.finished(going.id)).error).toMatchObject({ code: "gone" });
});

/** The folder that the files of this API lie in. */
async function fileRoot(): Promise<string> {
  return (await api.deps.files.resolveFolder("/")).absolutePath;
}
