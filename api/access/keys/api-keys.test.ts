import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { accessTable } from "../../http/access-table.ts";
import { createTestClock, EMIT_TOKEN, PASSWORD, startAccess } from "../testing.ts";

const DAY = 86_400_000;
const clock = createTestClock();
let server = await startAccess({ clock });
await server.setUp();
afterAll(() => server.stop());
let cookie: string;
/** Each test begins with the administrator alone, without keys. */
beforeEach(async () => {
  clock.pass(7_200_000);
  cookie = (await server.login("ada")).cookie ?? "";
  const { keys } = server.access;
  for (const { id } of keys.all()) keys.remove(id);
  server.removeOtherUsers();
});

const make = (fields: object = {}, as: string | undefined = cookie) =>
  server.ask("POST", "/api/keys", { cookie: as, body: { name: "ci", role: "viewer", days: 30, ...fields } });
const withKey = (token: string, method = "GET", path = "/api/session") =>
  server.ask(method, path, { origin: null, token });
const userSession = async (role: string, limits?: object) => {
  const body = { username: `the-${role}`, role, password: PASSWORD, ...(limits ? { limits } : {}) };
  const { body: made } = await server.ask("POST", "/api/users", { cookie, body });
  const { cookie: session } = await server.login(body.username);
  return { id: made.user.id as string, cookie: session };
};

test("is shown once, stored as a hash, and works without Origin and cookie", async () => {
  const { status, body } = await make();
  expect(status).toBe(201);
  expect(body.secret).toMatch(/^aid_[\w-]{43}$/);
  const { principal } = (await withKey(body.secret)).body;
  expect(principal).toMatchObject({ kind: "key", id: body.key.id, sessionId: body.key.id, name: "ci", role: "viewer" });
  expect(principal.expiresAt).toBe(clock.wall() + 30 * DAY);
  const list = await server.ask("GET", "/api/keys", { cookie });
  expect(list.text).not.toContain(body.secret);
  expect(list.body.keys[0]).toMatchObject({ prefix: body.secret.slice(0, 10), owner: { name: "ada" } });
  expect(readFileSync(join(server.dataDir, "state.db-wal")).includes(body.secret)).toBe(false);
  await server.restart();
  expect((await withKey(body.secret)).status).toBe(200);
});

test("is not accepted as a cookie, or together with one", async () => {
  const { body } = await make();
  expect((await server.ask("GET", "/api/session", { cookie: `ai-desktop=${body.secret}` })).status).toBe(401);
  expect((await server.ask("GET", "/api/session", { cookie, token: "aid_wrong" })).status).toBe(401);
});

test("has no account: it creates no keys, changes no password and holds no session", async () => {
  const { secret } = (await make({ role: "admin" })).body;
  for (const [method, path] of [
    ["GET", "/api/keys"],
    ["POST", "/api/keys"],
    ["GET", "/api/account/sessions"],
    ["POST", "/api/account/password"],
    ["POST", "/api/account/totp"],
    ["DELETE", "/api/session"],
  ] as const) {
    expect((await withKey(secret, method, path)).status, path).toBe(403);
  }
  expect((await withKey(secret, "GET", "/api/users")).status).toBe(200);
});

test("cannot exceed its owner's role, its own role or the longest time", async () => {
  const operator = await userSession("operator");
  expect((await make({ role: "admin" }, operator.cookie)).status).toBe(403);
  expect((await make({ scopes: ["services:control"] }, operator.cookie)).status).toBe(400);
  expect((await make({ scopes: ["made:up"] })).status).toBe(400);
  expect((await make({ scopes: [] })).status).toBe(400);
  for (const days of [0, 366, -1, 1.5, "1", null]) expect((await make({ days })).status).toBe(400);
  expect((await make({ days: undefined })).status).toBe(400);
});

test("does what its scopes say and nothing else", async () => {
  const { secret } = (await make({ role: "admin", scopes: ["system:view"] })).body;
  expect((await withKey(secret, "GET", "/api/system")).status).toBe(200);
  expect((await withKey(secret, "GET", "/api/users")).status).toBe(403);
  expect((await withKey(secret, "GET", "/api/services")).status).toBe(403);
  expect((await withKey(secret, "GET", "/metrics")).status).toBe(403);
});

test("reads the metrics with any role, when an administrator created it and its scopes allow it", async () => {
  expect((await withKey((await make()).body.secret, "GET", "/metrics")).status).toBe(200);
  for (const role of ["viewer", "operator"]) {
    const { secret } = (await make({}, (await userSession(role)).cookie)).body;
    for (const path of ["/metrics", "/ready"]) expect((await withKey(secret, "GET", path)).status).toBe(403);
  }
});

/** Every route that asks for a fresh proof, with an id where it takes one. */
const sensitive = (id: string) =>
  Object.entries(accessTable).flatMap(([route, { stepUp, rule, scopedKeys }]) => {
    const [method = "", path = ""] = route.replace(":id", id).split(" ");
    return stepUp ? [{ method, path, rule, scopedKeys }] : [];
  });

test("requires a fresh proof, as every sensitive route does ten minutes after the log-in", async () => {
  const { id } = await userSession("viewer");
  clock.pass(600_000);
  const user = { username: "mallory", role: "admin", password: PASSWORD };
  const patch = (fields: object) => server.ask("PATCH", `/api/users/${id}`, { cookie, body: fields });
  const prove = (password: string) => server.ask("POST", "/api/session/proof", { cookie, body: { password } });
  expect((await prove("wrong horse battery staple")).status).toBe(403);
  for (const { method, path } of sensitive(id)) {
    const { status, body } = await server.ask(method, path, { cookie, body: {} });
    expect([status, body.proofRequired], `${method} ${path}`).toEqual([403, true]);
  }
  for (const body of [{ role: "admin" }, { resetFactors: true }, { password: "another horse battery staple" }]) {
    expect((await patch(body)).status).toBe(403);
  }
  expect((await server.ask("DELETE", `/api/users/${id}`, { cookie })).status).toBe(403);
  expect((await make()).status).toBe(403);
  expect((await server.ask("GET", "/api/keys", { cookie })).body.keys).toEqual([]);
  expect((await server.ask("GET", "/api/users", { cookie })).body.users).toHaveLength(2);
  expect((await prove(PASSWORD)).status).toBe(200);
  expect((await make()).status).toBe(201);
  expect((await server.ask("POST", "/api/users", { cookie, body: user })).status).toBe(201);
  expect((await patch({ role: "operator" })).body.user.role).toBe("operator");
  expect((await server.ask("DELETE", `/api/users/${id}`, { cookie })).status).toBe(200);
  clock.pass(600_000);
  expect((await make()).body.proofRequired).toBe(true);
  const again = await server.login("ada"); // a new log-in is a proof too
  expect((await make({}, again.cookie)).status).toBe(201);
});

test("changes no user, password or second factor with any scopes, including those of its owner", async () => {
  const { id } = (await server.ask("GET", "/api/session", { cookie })).body.principal;
  const body = { username: "mallory", role: "admin", password: PASSWORD };
  for (const scopes of [null, ["access:manage"], ["access:manage", "mcp:manage"]]) {
    const { secret } = (await make({ role: "admin", scopes })).body;
    const ask = (method: string, path: string, fields: object = {}) =>
      server.ask(method, path, { token: secret, origin: null, body: fields });
    for (const { method, path, rule, scopedKeys } of sensitive(id)) {
      if (scopedKeys && scopes?.some((scope) => scope === rule)) continue;
      const answer = await ask(method, path, method === "POST" ? body : { password: PASSWORD });
      expect([answer.status, answer.body.proofRequired], `${method} ${path}`).toEqual([403, undefined]);
    }
    for (const fields of [{ password: "another horse battery staple" }, { resetFactors: true }, { role: "viewer" }]) {
      expect((await ask("PATCH", `/api/users/${id}`, fields)).status).toBe(403);
    }
  }
  expect((await server.ask("GET", "/api/users", { cookie })).body.users).toHaveLength(1);
  expect((await server.login("ada")).status).toBe(200);
});

test("shares the limit of a viewer's changes with the session of its owner", async () => {
  const usual = server;
  server = await startAccess({ clock, guard: { limits: { recorded: 3 } } });
  try {
    cookie = await server.setUp();
    const { cookie: viewer } = await userSession("viewer");
    const { secret } = (await make({}, viewer)).body;
    const cancel = () => withKey(secret, "DELETE", "/api/jobs/6a3f1b52-1111-4222-8333-444455556666");
    expect([(await cancel()).status, (await cancel()).status, (await cancel()).status]).toEqual([403, 403, 429]);
    expect((await make({}, viewer)).status).toBe(429);
    expect((await make()).status).toBe(201);
  } finally {
    await server.stop();
    server = usual;
  }
});

test("is limited by its own scope and that of its owner", async () => {
  const { cookie: viewer } = await userSession("viewer", { services: ["web", "db"], deployments: null });
  const { secret } = (await make({ limits: { services: ["db", "cache"], deployments: ["app"] } }, viewer)).body;
  expect((await withKey(secret)).body.principal.limits).toEqual({ services: ["db"], deployments: ["app"] });
});

test("loses rights and ends with its owner", async () => {
  const operator = await userSession("operator");
  const { secret, key } = (await make({ role: "operator" }, operator.cookie)).body;
  await server.ask("PATCH", `/api/users/${operator.id}`, { cookie, body: { role: "viewer" } });
  expect((await withKey(secret)).body.principal.role).toBe("viewer");
  expect(server.revoked.flatMap(({ principalIds }) => principalIds)).toContain(key.id);
  await server.ask("DELETE", `/api/users/${operator.id}`, { cookie });
  expect((await withKey(secret)).status).toBe(401);
  expect(server.revoked.flatMap(({ principalIds }) => principalIds).filter((id) => id === key.id)).toHaveLength(2);
});

test("is revoked at once by its owner or an administrator only", async () => {
  const operator = await userSession("operator");
  const viewer = await userSession("viewer");
  const { secret, key } = (await make({}, operator.cookie)).body;
  expect((await server.ask("GET", "/api/keys", { cookie: viewer.cookie })).body.keys).toEqual([]);
  const revoke = (as: string | undefined) => server.ask("DELETE", `/api/keys/${key.id}`, { cookie: as });
  expect((await revoke(viewer.cookie)).status).toBe(404);
  expect((await withKey(secret)).status).toBe(200);
  expect((await revoke(cookie)).status).toBe(200);
  expect((await withKey(secret)).status).toBe(401);
  expect(server.revoked.map(({ sessionIds }) => sessionIds)).toContainEqual([key.id]);
});

test("expires at its time, by a clock that no step moves, and loses its sockets", async () => {
  const { secret, key } = (await make({ days: 1 })).body;
  clock.step(-30 * DAY);
  clock.pass(DAY - 1);
  expect((await withKey(secret)).status).toBe(200);
  clock.pass(1);
  expect((await withKey(secret)).status).toBe(401);
  await eventually(() => server.revoked.some(({ sessionIds }) => sessionIds.includes(key.id)));
  const valid = await server.ask("POST", "/internal/sessions", {
    origin: null,
    token: EMIT_TOKEN,
    body: { sessionIds: [key.id] },
  });
  expect(valid.body.valid).toEqual([]);
});
