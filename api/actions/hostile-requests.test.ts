import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Principal } from "../../shared/protocol/access.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { send } from "../access/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { action } from "./action.ts";
import { createReplays } from "./idempotency.ts";

const params = z.object({ name: z.string() });
/** What the actions have done. */
let done: string[];
/** What the search for the subject of `slow` waits for, and whether it has begun. */
let gate: PromiseWithResolvers<void>;
let searching: boolean;

/** Reads a body and no query. */
const label = action({
  name: "crate:label",
  method: "POST",
  path: "/crates/:name/label",
  title: "Label a crate",
  tag: "Crates",
  permission: "services:control",
  params,
  body: z.strictObject({ text: z.string().default("none") }),
  mode: "respond",
  status: 201,
  result: { text: z.string() },
  idempotent: true,
  target: {
    // A crate belongs to callers who can see its container.
    resolve: ({ params: { name } }, { principal: { limits } }) => {
      if (limits.services?.includes(name) === false) throw new Error("not visible");
    },
    label: (_subject, { params: { name } }) => name,
  },
  apply: async ({ params: { name }, body: { text } }) => {
    done.push(`${name} ${text}`);
    return { text };
  },
});

/** Reads a query and no body. */
const open = action({
  name: "crate:open",
  method: "DELETE",
  path: "/crates/:name/lid",
  title: "Open a crate",
  tag: "Crates",
  permission: "services:control",
  params,
  query: z.strictObject({ gently: z.stringbool().default(false) }),
  mode: "respond-or-enqueue",
  target: {
    resolve: () => undefined,
    label: (_subject, { params: { name } }) => name,
    notify: ({ subject }) => {
      if (subject === undefined) throw new Error("the crate is gone");
    },
  },
  apply: async ({ params: { name } }) => {
    done.push(name);
    if (name === "stuck") throw new TypeError("stuck");
    return {};
  },
});

const slow = <Mode extends "respond" | "enqueue" | "respond-or-enqueue">(mode: Mode) =>
  action({
    name: `crate:move-${mode}`,
    method: "POST",
    path: `/crates/:name/${mode}`,
    title: "Move a crate",
    tag: "Crates",
    permission: "services:control",
    params,
    mode,
    target: {
      resolve: async () => {
        searching = true;
        await gate.promise;
      },
      label: (_subject, { params: { name } }) => name,
    },
    apply: async ({ params: { name } }) => {
      done.push(name);
      return {};
    },
  });

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ actions: [label, open, slow("respond"), slow("enqueue"), slow("respond-or-enqueue")] });
});
afterAll(() => api.close());
beforeEach(() => {
  done = [];
  searching = false;
  gate = Promise.withResolvers();
});

const json = { "Content-Type": "application/json" };

describe("a body", () => {
  const labelWith = (raw: string | Uint8Array, headers: Record<string, string> = json) =>
    api.ask("POST", "/api/crates/a/label", { raw, headers });

  test("is refused when its bytes are not UTF-8", async () => {
    for (const bytes of [Buffer.from('{"text":"caf\xe9"}', "latin1"), Buffer.from([0x7b, 0xff, 0x7d])]) {
      const { status, body } = await labelWith(bytes, { ...json, "Content-Length": String(bytes.length) });
      expect([status, body.error]).toEqual([400, "The body is not valid UTF-8."]);
    }
    expect((await labelWith('\ufeff{"text":"é 😀"}')).body.text).toBe("é 😀");
    expect(done).toEqual(["a é 😀"]);
  });

  test("is refused when its header declares another encoding", async () => {
    for (const type of ["application/json; charset=iso-8859-1", 'application/json;charset="utf-16"']) {
      expect((await labelWith('{"text":"x"}', { "Content-Type": type })).status).toBe(415);
    }
    for (const raw of ['{"text":"x"}', gzipSync('{"text":"x"}')]) {
      const headers = { ...json, "Content-Encoding": "gzip", "Content-Length": String(raw.length) };
      expect((await labelWith(raw, headers)).status).toBe(415);
    }
    for (const type of ["application/json; charset=utf-8", 'Application/JSON ; Charset="UTF-8"']) {
      expect((await labelWith('{"text":"x"}', { "Content-Type": type })).status).toBe(201);
    }
    expect(done).toEqual(["a x", "a x"]);
  });

  test("is refused by an action that reads none, unless it is empty", async () => {
    for (const raw of ['{"gently":true}', "[]", "null", "garbage{", "{} {}"]) {
      const { status, body } = await api.ask("DELETE", "/api/crates/b/lid", { raw, headers: json });
      expect([raw, status, body.error]).toEqual([raw, 400, "This takes no body, or an empty object."]);
    }
    expect(done).toEqual([]);
    for (const raw of ["", " ", "{}", " { } \n"]) {
      expect((await api.ask("DELETE", "/api/crates/b/lid?gently=true", { raw, headers: json })).status).toBe(200);
    }
    expect(done).toHaveLength(4);
  });
});

test("a label or variable named __proto__ is refused, which would be dropped without a word", async () => {
  for (const raw of ['{"name":"v","labels":{"__proto__":"x"}}', '{"name":"v","labels":{"__pr\\u006fto__":"x"}}']) {
    const { status, body } = await api.ask("POST", "/api/volumes", { raw, headers: json });
    expect([status, body.error]).toEqual([400, "The JSON of the request has the key __proto__."]);
  }
});

test("an address with an escape that is not UTF-8 is refused, which would name another file", async () => {
  const upload = (path: string) =>
    api.ask("PUT", `/api/files/upload?path=${path}`, { raw: "x", headers: { "Content-Type": "text/plain" } });
  for (const path of ["/caf%E9", "/%C0%AE", "/100%", "/%zz", "/%ed%a0%80"]) {
    const { status, body } = await upload(path);
    expect([path, status, body.error]).toEqual([path, 400, "The address must be escaped in UTF-8."]);
  }
  expect((await api.ask("GET", "/api/services/w%E9b")).body.error).toBe("The address must be escaped in UTF-8.");
  expect((await api.ask("POST", "/api/crates/w%E9b/label", { body: {} })).status).toBe(400);
  for (const path of ["/caf%C3%A9", "/100%25", "/%25E9"]) expect((await upload(path)).status).toBe(201);
  const { body } = await api.ask("GET", "/api/files?path=/");
  const names = body.folder.entries.map(({ name }: { name: string }) => name);
  expect(names.filter((name: string) => /caf|%/.test(name)).sort()).toEqual(["%E9", "100%", "café"]);
  expect(done).toEqual([]);
});

test("parameters in the address are refused by an action that reads none", async () => {
  for (const query of ["?text=x", "?text", "?__proto__=1", "?a=1&a=2"]) {
    const { status, body } = await api.ask("POST", `/api/crates/a/label${query}`, { body: {} });
    expect([query, status, body.error]).toEqual([query, 400, "This takes no parameters in the address."]);
  }
  expect((await api.ask("POST", "/api/crates/a/label?", { body: {} })).status).toBe(201);
  expect(done).toEqual(["a none"]);
});

test("a notice that fails leaves the outcome of the work as it is", async () => {
  expect((await api.ask("DELETE", "/api/crates/c/lid")).status).toBe(200);
  expect((await api.ask("DELETE", "/api/crates/stuck/lid")).body.code).toBe("internal");
  const { entries } = await api.deps.trail.read({ limit: 20, action: "crate:open" });
  expect(entries.find(({ target }) => target === "c")).toMatchObject({ outcome: "done", status: 200 });
  expect(entries.find(({ target }) => target === "stuck")).toMatchObject({ outcome: "failed", status: 500 });
});

describe("a scope that is narrowed while the subject is looked up", () => {
  test.each(["respond", "enqueue", "respond-or-enqueue"] as const)("refuses the action (%s)", async (mode) => {
    const cookie = await api.loginAs("operator");
    const { body } = await api.ask("GET", "/api/session", { cookie });
    const moving = api.ask("POST", `/api/crates/other/${mode}`, { cookie });
    await eventually(() => searching);
    const limits = { services: ["web"], deployments: null };
    await api.ask("PATCH", `/api/users/${body.principal.id}`, { body: { limits } });
    gate.resolve();
    expect(await moving).toMatchObject({ status: 403, body: { error: expect.stringContaining("scope has changed") } });
    expect(done).toEqual([]);
    expect(api.deps.jobs.list()).toEqual([]);
  });
});

describe("an idempotency key", () => {
  const headers = { "Idempotency-Key": "k" };

  test("repeats no response to a caller with another scope, not even of the same user", async () => {
    const cookie = await api.loginAs("operator");
    const keyBody = { name: "narrow", role: "operator", days: 1, limits: { services: ["web"], deployments: null } };
    const { secret } = (await api.ask("POST", "/api/keys", { cookie, body: keyBody })).body;
    const labelSecret = (more: object) => api.ask("POST", "/api/crates/secret/label", { body: {}, headers, ...more });
    expect((await labelSecret({ cookie })).status).toBe(201);
    expect((await labelSecret({ cookie })).status).toBe(201);
    expect(done).toEqual(["secret none"]);
    expect((await labelSecret({ token: secret })).status).toBe(500);
    const { body } = await api.ask("GET", "/api/session", { cookie });
    await api.ask("PATCH", `/api/users/${body.principal.id}`, { body: { limits: keyBody.limits } });
    expect((await labelSecret({ cookie })).status).toBe(500);
    expect(done).toEqual(["secret none"]);
  });

  test("names the subject in the audit trail also when the response is repeated", async () => {
    for (let count = 0; count < 2; count++) await api.ask("POST", "/api/crates/audited/label", { body: {}, headers });
    const { entries } = await api.deps.trail.read({ limit: 20, action: "crate:label" });
    expect(entries.filter(({ target }) => target === "audited").map(({ detail }) => detail)).toEqual([
      "repeated request, nothing changed",
      undefined,
    ]);
  });

  test("can be sent by a page of another origin, and is in the API reference", async () => {
    const preflight = await send(api.port, "OPTIONS", "/api/volumes", {
      headers: { "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "idempotency-key" },
    });
    expect(preflight.headers["access-control-allow-headers"]).toContain("Idempotency-Key");
    const { paths } = (await api.ask("GET", "/api/openapi.json")).body;
    const names = (path: string) =>
      paths[path].post.parameters?.map(({ in: place, name }: { in: string; name: string }) => `${place} ${name}`);
    expect(names("/api/crates/{name}/label")).toEqual(["header Idempotency-Key", "path name"]);
    expect(names("/api/volumes")).toEqual(["header Idempotency-Key"]);
    expect(names("/api/crates/{name}/respond")).toEqual(["path name"]);
  });

  test("is kept while its request runs, and for ten minutes after the response", async () => {
    let now = 0;
    const replays = createReplays(() => now);
    const caller = { id: "1", role: "admin", limits: { services: null, deployments: null } } as Principal;
    const ask = (key: string, work: () => Promise<void> = async () => {}) =>
      replays.run({ caller, action: "a", key, input: null }, async () => {
        await work();
        return { fields: {}, status: 200 };
      });
    const work = Promise.withResolvers<void>();
    const first = ask("long", () => work.promise);
    for (let count = 0; count < 1_100; count++) await ask(`short ${count}`);
    now += 11 * 60_000;
    await expect(ask("long")).rejects.toMatchObject({ code: "conflict" });
    work.resolve();
    await first;
    now += 9 * 60_000;
    expect((await ask("long")).repeated).toBe(true);
    now += 2 * 60_000;
    expect((await ask("long")).repeated).toBe(false);

    const ends = Promise.withResolvers<void>();
    const running = Array.from({ length: 999 }, (_, index) => ask(`running ${index}`, () => ends.promise));
    await ask("one more");
    running.push(ask("the last", () => ends.promise));
    await expect(ask("too many")).rejects.toMatchObject({ code: "overloaded" });
    ends.resolve();
    await Promise.all(running);
    expect((await ask("too many")).repeated).toBe(false);
  });
});

test("the API reference has both responses of an action that may become a job", async () => {
  const { paths } = (await api.ask("GET", "/api/openapi.json")).body;
  const { responses } = paths["/api/services/{id}/stop"].post;
  const fields = (status: string) => Object.keys(responses[status].content["application/json"].schema.properties);
  expect([fields("200"), fields("202")]).toEqual([
    ["success", "service"],
    ["success", "job"],
  ]);
});
