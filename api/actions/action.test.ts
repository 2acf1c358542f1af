import { request } from "node:http";
import { getCookie, setCookie } from "hono/cookie";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Job } from "../../shared/protocol/job.ts";
import { AppError } from "../../shared/server/errors.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { WEB_ORIGIN } from "../access/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import { action } from "./action.ts";

const params = z.object({ name: z.string().max(20) });
/** Records the work of the actions, and the gate that it waits for. */
let done: string[];
let gate: PromiseWithResolvers<void>;

/** All that a new action needs is one value. */
const paint = action({
  name: "thing:paint",
  method: "POST",
  path: "/things/:name/paint",
  title: "Paint a thing",
  tag: "Things",
  permission: "docker:manage",
  hostScope: true,
  params,
  body: z.strictObject({ colour: z.enum(["red", "blue"]) }),
  mode: "respond",
  result: { colour: z.string() },
  target: {
    resolve: ({ params: { name } }) => ({ name }),
    label: ({ name }) => name,
    locks: ({ name }) => ({ exclusive: [`thing:${name}`] }),
    notify: ({ verb, subject, error }, { deps }) =>
      void deps.realtime.emitToSystem("thing", { ...subject, verb, failed: error !== undefined }),
  },
  detail: ({ body }) => body.colour,
  apply: async ({ params: { name }, body: { colour } }) => {
    await gate.promise;
    if (name === "broken") throw new TypeError("no paint");
    done.push(`${name} ${colour}`);
    return { colour };
  },
});

const build = action({
  ...paint,
  name: "thing:build",
  path: "/things/:name/build",
  mode: "enqueue",
  idempotent: true,
  timeLimitMs: 50,
  apply: ({ params: { name } }, { job: { id, signal, line }, nameTarget }) => {
    line(`building ${name}`);
    if (name === "annex") nameTarget("another name");
    if (name === "own-id") return Promise.resolve({ id });
    done.push(name);
    if (name !== "endless") return Promise.resolve({ name });
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
  },
});

const issue = action({
  name: "thing:issue",
  method: "POST",
  path: "/things/:name/secret",
  title: "Issue a secret",
  tag: "Things",
  permission: "docker:manage",
  params,
  mode: "respond",
  status: 201,
  result: { id: z.string(), secret: z.string() },
  once: ["secret"],
  idempotent: true,
  stepUp: true,
  target: { resolve: () => undefined, label: (_subject, { params }) => params.name },
  apply: async ({ params: { name } }) => {
    done.push(name);
    return { id: name, secret: `secret ${done.length}` };
  },
});

const store = action({
  name: "thing:store",
  method: "PUT",
  path: "/things/:name/content",
  title: "Store the content of a thing",
  tag: "Things",
  permission: "docker:manage",
  params,
  mode: "respond",
  headers: z.object({ "if-none-match": z.literal("*").optional() }),
  status: 201,
  result: { bytes: z.int() },
  streamedBody: "application/octet-stream",
  concurrency: { total: 2, perCaller: 1, message: "Too many are being stored." },
  target: {
    resolve: ({ params: { name } }) => {
      if (name === "missing") throw new AppError("not_found", "There is no such thing.");
    },
    label: (_subject, { params }) => params.name,
    inputLabel: ({ params }) => params.name,
  },
  detail: ({ headers }, { host, principal }) =>
    `${headers["if-none-match"] ? "new" : "replaced"} by ${principal.name} at ${host}`,
  apply: async ({ params: { name }, headers }, { stream, job, respondWith, nameTarget }) => {
    if (name === "alias") nameTarget("shelf");
    if (headers["if-none-match"] === undefined) respondWith(200);
    const { promise: revoked, reject } = Promise.withResolvers<never>();
    job.signal.addEventListener("abort", () => reject(job.signal.reason));
    const body = await Promise.race([new Response(stream).arrayBuffer(), revoked]);
    done.push("stored");
    return { bytes: body.byteLength };
  },
});

/** Ends only with its caller. */
const tend = action({
  name: "thing:tend",
  method: "POST",
  path: "/things/:name/tend",
  title: "Tend a thing",
  tag: "Things",
  permission: "docker:manage",
  params,
  mode: "respond",
  endsWithCaller: true,
  target: { resolve: () => undefined, label: (_subject, { params }) => params.name },
  apply: ({ params: { name } }, { job: { signal } }) =>
    new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        done.push(name);
        reject(signal.reason);
      }),
    ),
});

/** Gets its name from the work. */
const plant = action({
  name: "thing:plant",
  method: "POST",
  path: "/things/:name/plant",
  title: "Plant a thing",
  tag: "Things",
  permission: "docker:manage",
  params,
  mode: "respond",
  status: 201,
  result: { id: z.string() },
  target: { resolve: () => undefined, label: (_subject, { params }) => params.name },
  apply: async ({ params: { name } }, { nameTarget }) => {
    if (name === "stone") throw new AppError("conflict", "A stone does not grow.");
    nameTarget(`plant 7-${name}`);
    return { id: `7-${name}` };
  },
});

const redeem = action({
  name: "thing:redeem",
  method: "POST",
  path: "/things/:name/redeem",
  title: "Redeem the ticket of the browser",
  tag: "Things",
  permission: "docker:manage",
  params,
  body: z.strictObject({ colour: z.enum(["red"]) }),
  mode: "respond",
  result: { ticket: z.string().nullable() },
  target: { resolve: () => undefined, label: (_subject, { params }) => params.name },
  takeFromBrowser: (request) => {
    setCookie(request, "ticket", "", { maxAge: 0 });
    return getCookie(request, "ticket");
  },
  apply: async (_input, { fromBrowser }) => ({ ticket: fromBrowser ?? null }),
});

const ticket = () => "7";

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ actions: [paint, build, issue, store, plant, redeem, tend] });
});
afterAll(() => api.close());
beforeEach(() => {
  done = [];
  gate = Promise.withResolvers();
  gate.resolve();
});

const paintThing = (name: string, more: object = {}) =>
  api.ask("POST", `/api/things/${name}/paint`, { body: { colour: "red" }, ...more });
const auditOf = async (target: string) => {
  const { entries } = await api.deps.trail.read({ limit: 50 });
  return entries.filter((entry) => entry.target === target || entry.target.includes(`/${target}/`)).reverse();
};
const notices = (name: string) =>
  api.emitted.flatMap(({ event, data }) =>
    event === "thing" && (data as { name: string }).name === name ? [data] : [],
  );

describe("an action that is one value", () => {
  test("checks permission, scope and input", async () => {
    expect((await paintThing("door", { cookie: undefined })).status).toBe(401);
    expect((await paintThing("door", { cookie: await api.loginAs("viewer") })).status).toBe(403);
    const limited = await api.loginAs("operator", { services: ["web"] });
    expect((await paintThing("door", { cookie: limited })).body.code).toBe("forbidden");
    expect((await paintThing("door", { body: { colour: "green" } })).body.code).toBe("invalid_input");
    expect((await paintThing("x".repeat(21))).body.code).toBe("invalid_input");
    expect(done).toEqual([]);
    expect((await paintThing("door")).body).toEqual({ success: true, colour: "red" });
    expect(done).toEqual(["door red"]);
  });

  test("is in the audit trail under its name, with target, detail and outcome", async () => {
    gate = Promise.withResolvers();
    const painting = paintThing("wall");
    await eventually(async () =>
      expect(await auditOf("wall")).toMatchObject([{ action: "thing:paint", outcome: "begun" }]),
    );
    gate.resolve();
    await painting;
    await paintThing("broken");
    expect(await auditOf("wall")).toMatchObject([
      { action: "thing:paint", outcome: "done", target: "wall", detail: "red", actor: { name: "ada" } },
    ]);
    expect((await auditOf("broken")).at(-1)).toMatchObject({ outcome: "failed", status: 500, detail: "red" });
  });

  test("refuses a second one on the same subject while it works, and releases the lock after an error", async () => {
    gate = Promise.withResolvers();
    const first = paintThing("gate");
    let second = await paintThing("gate", { body: { colour: "blue" } });
    expect(second.body.code).toBe("conflict");
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await paintThing("broken")).status).toBe(500);
    second = await paintThing("broken");
    expect(second.body.code).toBe("internal");
  });

  test("notifies viewers of its outcome", async () => {
    await paintThing("roof");
    await paintThing("broken");
    expect(notices("roof")).toEqual([{ name: "roof", verb: "paint", failed: false }]);
    expect(notices("broken").at(-1)).toEqual({ name: "broken", verb: "paint", failed: true });
  });

  test("is described in the API reference", async () => {
    const { body } = await api.ask("GET", "/api/openapi.json");
    expect(body.paths["/api/things/{name}/paint"].post).toMatchObject({ summary: "Paint a thing", tags: ["Things"] });
  });
});

describe("an option of an action", () => {
  const buildThing = (name: string, key?: string, colour = "red") =>
    api.ask("POST", `/api/things/${name}/build`, {
      body: { colour },
      headers: key === undefined ? {} : { "Idempotency-Key": key },
    });

  test("enqueues a job, and ends it past the time limit with a clear error", async () => {
    const { status, body } = await buildThing("house");
    expect([status, body.job]).toEqual([202, expect.objectContaining({ kind: "thing:build", target: "house" })]);
    expect(await api.deps.jobs.finished(body.job.id)).toMatchObject({ state: "succeeded", lines: ["building house"] });
    const late: Job = (await buildThing("endless")).body.job;
    expect(await api.deps.jobs.finished(late.id)).toMatchObject({
      state: "failed",
      error: { code: "upstream_unavailable", message: "The action took too long and was stopped." },
    });
  });

  test("keeps the name of a job in the audit trail", async () => {
    await api.deps.jobs.finished((await buildThing("annex")).body.job.id);
    await eventually(async () => expect((await auditOf("annex")).at(-1)?.outcome).toBe("done"));
    expect(await auditOf("another name")).toEqual([]);
  });

  test("repeats the response to an idempotency key, and refuses the key for another input", async () => {
    const first = await buildThing("shed", "key 1");
    expect((await buildThing("shed", "key 1")).body.job.id).toBe(first.body.job.id);
    expect(done).toEqual(["shed"]);
    expect((await buildThing("shed", "key 1", "blue")).body.code).toBe("conflict");
    expect((await buildThing("shed", "x".repeat(256))).body.code).toBe("invalid_input");
    expect((await buildThing("shed", "key 2")).body.job.id).not.toBe(first.body.job.id);
  });

  test("shows a value once, also to a repeated request", async () => {
    const ask = () => api.ask("POST", "/api/things/safe/secret", { headers: { "Idempotency-Key": "k" }, body: {} });
    expect(await ask()).toMatchObject({ status: 201, body: { id: "safe", secret: "secret 1" } });
    const again = await ask();
    expect([again.status, again.body]).toEqual([201, { success: true, id: "safe" }]);
    expect((await auditOf("safe")).at(-1)?.detail).toBe("repeated request, nothing changed");
  });

  test("requires a fresh proof, which an API key cannot give", async () => {
    const made = await api.ask("POST", "/api/keys", { body: { name: "ci", role: "admin", days: 1 } });
    expect(made.status).toBe(201);
    const refused = await api.ask("POST", "/api/things/safe/secret", { token: made.body.secret, body: {} });
    expect([refused.status, refused.body.error]).toEqual([403, "An API key cannot do this: log in."]);
  });

  test("streams a body larger than the limit of JSON, of any type", async () => {
    const raw = "x".repeat(1_500_000);
    const headers = { "Content-Type": "application/octet-stream", "Content-Length": String(raw.length) };
    const { status, body } = await api.ask("PUT", "/api/things/book/content", { raw, headers });
    expect([status, body.bytes]).toEqual([200, 1_500_000]);
  });

  test("names what it has created in the audit trail, and its target when it is refused", async () => {
    const ask = (name: string) => api.ask("POST", `/api/things/${name}/plant`, { body: {} });
    expect(await ask("rose")).toMatchObject({ status: 201, body: { id: "7-rose" } });
    expect(await auditOf("plant 7-rose")).toMatchObject([{ action: "thing:plant", outcome: "done", status: 201 }]);
    expect((await ask("stone")).body.code).toBe("conflict");
    expect((await auditOf("stone")).at(-1)).toMatchObject({ outcome: "refused", target: "stone" });
  });

  const storeThing = (name: string, headers: Record<string, string> = {}, more: object = {}) =>
    api.ask("PUT", `/api/things/${name}/content`, {
      raw: "x",
      headers: { "Content-Type": "text/plain", "Content-Length": "1", ...headers },
      ...more,
    });

  test("reads header fields, and responds with a status of its own", async () => {
    expect((await storeThing("page", { "If-None-Match": "*" })).status).toBe(201);
    expect((await auditOf("page")).at(-1)?.detail).toBe("new by ada at 127.0.0.1");
    expect((await storeThing("page")).status).toBe(200);
    expect((await storeThing("page", { "If-None-Match": "x" })).body.code).toBe("invalid_input");
    expect((await storeThing("page", { "Content-Encoding": "gzip" })).body.code).toBe("unsupported_media_type");
    expect(done).toEqual(["stored", "stored"]);
  });

  test("names in the audit trail what was not found, and what the work has found", async () => {
    await storeThing("alias");
    expect((await auditOf("shelf")).at(-1)).toMatchObject({ outcome: "done", target: "shelf" });
    expect((await storeThing("missing")).status).toBe(404);
    expect((await auditOf("missing")).at(-1)).toMatchObject({ outcome: "refused", target: "missing" });
  });

  test("limits the requests of one caller, and ends a streamed body with the caller's rights", async () => {
    const cookie = (await api.loginAs("operator")) ?? "";
    const upload = request({
      host: "127.0.0.1",
      port: api.port,
      method: "PUT",
      path: "/api/things/endless/content",
      agent: false,
      headers: { Cookie: cookie, Origin: WEB_ORIGIN, "Content-Type": "text/plain" },
    });
    const status = new Promise<number | undefined>((resolve) =>
      upload.on("error", () => resolve(undefined)).on("response", (response) => resolve(response.statusCode)),
    );
    upload.write("x");
    await eventually(() => api.deps.access.liveRights.size === 1);
    expect((await storeThing("other", {}, { cookie })).body).toMatchObject({
      code: "overloaded",
      error: "Too many are being stored.",
    });
    expect((await storeThing("other")).status).toBe(200);
    await api.ask("DELETE", "/api/session", { cookie });
    expect([401, undefined]).toContain(await status); // the connection may end first
    await eventually(() => api.deps.access.liveRights.size === 0);
    upload.destroy();
    expect(done).toEqual(["stored"]);
  });

  test("knows the id of its job", async () => {
    const { body } = await buildThing("own-id");
    expect((await api.deps.jobs.finished(body.job.id)).result).toEqual({ id: body.job.id });
  });

  test("takes a value that the browser keeps, once its input is valid", async () => {
    const session = await api.loginAs("admin");
    const ask = (colour: string, cookie = `${session}; ticket=7`) =>
      api.ask("POST", "/api/things/seat/redeem", { cookie, body: { colour } });
    const refused = await ask("blue");
    expect([refused.body.code, refused.headers["set-cookie"]]).toEqual(["invalid_input", undefined]);
    const taken = await ask("red");
    expect(taken).toMatchObject({ status: 200, body: { ticket: "7" } });
    expect(taken.headers["set-cookie"]).toEqual([expect.stringContaining("ticket=; Max-Age=0")]);
    expect((await ask("red", session)).body.ticket).toBeNull();
  });

  test("ends the work when the caller loses the right, and says so", async () => {
    const cookie = await api.loginAs("operator");
    const tending = api.ask("POST", "/api/things/hen/tend", { cookie, body: {} });
    await eventually(() => api.deps.access.liveRights.size === 1);
    expect(done).toEqual([]);
    expect((await api.ask("DELETE", "/api/session", { cookie })).status).toBe(200);
    expect((await tending).body.code).toBe("unauthorized");
    expect(done).toEqual(["hen"]);
  });

  test("ends the work when the caller disconnects", async () => {
    const cookie = await api.loginAs("operator");
    const leaves = new AbortController();
    const tending = fetch(`http://127.0.0.1:${api.port}/api/things/cow/tend`, {
      method: "POST",
      headers: { Cookie: cookie, Origin: WEB_ORIGIN, "Content-Type": "application/json" },
      body: "{}",
      signal: leaves.signal,
    });
    await eventually(() => api.deps.access.liveRights.size === 1);
    leaves.abort();
    await expect(tending).rejects.toThrow();
    await eventually(() => expect(done).toEqual(["cow"]));
  });

  test.each([
    ["ends with its caller", { mode: "enqueue", endsWithCaller: true }],
    ["shows values once", { mode: "enqueue", once: ["colour"] }],
    ["has no single response", { mode: "respond-or-enqueue", idempotent: true }],
    ["has a body that cannot be compared", { body: undefined, streamedBody: "text/plain", idempotent: true }],
    ["needs the browser", { mode: "enqueue", takeFromBrowser: ticket }],
    ["takes a value that a repeated request no longer has", { takeFromBrowser: ticket, idempotent: true }],
    ["has two kinds of body", { streamedBody: "text/plain" }],
    ["limits requests", { mode: "enqueue", concurrency: { total: 1, perCaller: 1, message: "Busy." } }],
  ])("that excludes another is refused when it is declared: %s", (why, options) => {
    expect(() => action({ ...paint, ...options } as unknown as typeof paint)).toThrow(why);
  });
});
