import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { ActivityDetail, ActivityEntry, ActivityOutput } from "../../shared/protocol/activity.ts";
import { AppError } from "../../shared/server/errors.ts";
import { UpstreamError } from "../../shared/server/upstream-error.ts";
import { type ActionTarget, action } from "../actions/action.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";

/** What an action of the tests outputs before it ends, and how it ends. */
let lines: string[];
let failure: Error | undefined;
let undone: string[];

const target: ActionTarget<{ params: { id: string } }, string> = {
  resolve: ({ params: { id } }) => id,
  label: (name) => name,
  services: (name) => [name],
};
const common = {
  method: "POST",
  tag: "Test",
  permission: "services:control",
  params: z.object({ id: z.string() }),
  body: z.record(z.string(), z.unknown()),
  target,
} as const;
const work = async (_input: unknown, { job }: { job: { line(text: string): void } }) => {
  for (const line of lines) job.line(line);
  if (failure) throw failure;
  return {};
};
const probe = action({
  ...common,
  name: "service:probe",
  path: "/probe/:id",
  title: "Probe",
  mode: "respond",
  result: {},
  apply: work,
});
const long = action({
  ...common,
  name: "service:long",
  path: "/long/:id",
  title: "Run long",
  mode: "enqueue",
  apply: work,
  undo: async ({ subject }) => {
    undone.push(subject);
    return {};
  },
});

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ actions: [probe, long] });
});
afterAll(() => api.close());
beforeEach(() => {
  lines = [];
  failure = undefined;
  undone = [];
});

type Ask = NonNullable<Parameters<TestApi["ask"]>[2]>;
const run = (path: string, body: Record<string, unknown> = {}, ask: Ask = {}) =>
  api.ask("POST", `/api${path}`, { ...ask, body });
const list = async (query = "", ask: Ask = {}): Promise<ActivityEntry[]> => {
  const answer = await api.ask("GET", `/api/activity${query && `?${query}`}`, ask);
  expect(answer.status).toBe(200);
  return answer.body.entries;
};
const newest = async (query = "", ask: Ask = {}) => (await list(query, ask))[0] as ActivityEntry;
const detail = async (id: string, ask: Ask = {}): Promise<ActivityDetail> =>
  (await api.ask("GET", `/api/activity/${id}`, ask)).body.entry;
const outputOf = async (id: string, ask: Ask = {}): Promise<ActivityOutput> =>
  (await api.ask("GET", `/api/activity/${id}/output`, ask)).body.output;

test("records who did what to which target, with masked input, output and outcome", async () => {
  lines = ["one", "with API_TOKEN=s3cr3t-value", "and hunter2000\nthree\n"];
  expect((await run("/probe/web", { password: "hunter2000", pull: true })).status).toBe(200);
  const entry = await newest("target=web");
  expect(entry).toMatchObject({
    action: "service:probe",
    kind: "service",
    target: "web",
    targetId: "web",
    actor: { kind: "user", name: "ada" },
    state: "succeeded",
    error: null,
    outputLines: 4,
    cancellable: false,
    undoable: false,
  });
  expect(Date.parse(entry.finishedAt ?? "")).toBeGreaterThanOrEqual(Date.parse(entry.startedAt));
  expect((await detail(entry.id)).input).toEqual({ id: "web", password: "********", pull: true });
  expect((await outputOf(entry.id)).lines).toEqual(["one", "with API_TOKEN=********", "and ********", "three"]);
});

test("records refusals and failures with their sentence, and Docker's words only for callers who may act", async () => {
  const cause = new UpstreamError("bind: address in use");
  cause.hide((text) => text);
  failure = new AppError("conflict", "The port is taken.", { cause });
  expect((await run("/probe/refused")).status).toBe(409);
  const viewer = { cookie: await api.loginAs("viewer") };
  const refused = await newest("target=refused");
  const message = "The port is taken.";
  expect(refused).toMatchObject({ state: "refused", error: { code: "conflict", message, detail: cause.message } });
  const [seen] = await list("target=refused", viewer);
  expect(seen?.error).toEqual({ code: "conflict", message: "The port is taken." });
  expect((await detail(refused.id, viewer)).input).toBeNull();

  failure = new Error("/etc/secret broke");
  expect((await run("/probe/failed")).status).toBe(500);
  const failed = await newest("target=failed");
  expect(failed).toMatchObject({ state: "failed", error: { code: "internal" } });
  expect(JSON.stringify(failed)).not.toContain("secret");
  expect((await list("state=failed")).map(({ id }) => id)).toContain(failed.id);
  expect((await list("state=failed")).map(({ id }) => id)).not.toContain(refused.id);
});

test("has a job under its id, with its output, and never the value of a secret given to it", async () => {
  lines = ["pulling", "key is -MIIEvQIBADANBg- and -AASCBKcwggSjAg-"];
  const started = await run("/long/db", { privateKey: "MIIEvQIBADANBg\nAASCBKcwggSjAg" });
  const job = await api.ended(started);
  expect(job.lines).toEqual(["pulling", "key is -********- and -********-"]);
  const entry = await newest("kind=service&target=db");
  expect(entry).toMatchObject({ id: job.id, action: "service:long", state: "succeeded", undoable: true });
  expect((await outputOf(job.id)).lines).toEqual(job.lines);
  // One entry of the audit trail, found by its code and by its words.
  const trail = async (query: string) => (await api.ask("GET", `/api/audit?${query}`)).body.entries;
  expect(await trail("action=service:long")).toMatchObject([{ outcome: "done", target: "db" }]);
  expect((await api.ask("POST", "/api/alerts/bell/read", { body: { upTo: 0 } })).status).toBeLessThan(500);
  expect(await trail("text=bell")).toEqual([]);
});

test("takes an action back once, as a job of its own, by a caller who may do it", async () => {
  const { id } = await api.ended(await run("/long/box"));
  const path = `/activity/${id}/undo`;
  const other = { cookie: await api.loginAs("operator", { services: ["other"] }) };
  expect((await run(path, {}, other)).status).toBe(404);
  const viewer = { cookie: await api.loginAs("viewer") };
  expect((await run(path, {}, viewer)).status).toBe(403);
  const operator = { cookie: await api.loginAs("operator", { services: ["box"] }) };
  expect(await api.ended(await run(path, {}, operator))).toMatchObject({ state: "succeeded", target: "box" });
  expect(undone).toEqual(["box"]);
  expect(await newest("target=box", operator)).toMatchObject({ action: "activity:undo", kind: "service" });
  expect((await detail(id)).undoable).toBe(false);
  expect((await run(path)).status).toBe(409);
  expect(undone).toEqual(["box"]);
});

test("shows a caller the actions on targets that it can see now, and the output of no other", async () => {
  lines = ["private words"];
  await run("/probe/visible");
  await run("/probe/hidden");
  const hidden = await newest("target=hidden");
  const visible = await newest("target=visible");
  const limited = { cookie: await api.loginAs("viewer", { services: ["visible"] }) };
  expect((await list("", limited)).map(({ target: name }) => name)).toEqual(["visible"]);
  expect((await list("text=private", limited)).map(({ id }) => id)).toEqual([visible.id]);
  for (const path of [hidden.id, `${hidden.id}/output`, "none"]) {
    expect((await api.ask("GET", `/api/activity/${path}`, limited)).status).toBe(404);
  }
  expect((await outputOf(visible.id, limited)).lines).toEqual(["private words"]);

  const made = await api.ask("POST", "/api/keys", {
    body: {
      name: "one container",
      role: "operator",
      scopes: ["services:view", "services:control"],
      limits: { services: ["visible"], deployments: [] },
      days: 1,
    },
  });
  const token = { token: made.body.secret as string };
  expect((await list("", token)).every(({ target: name }) => name === "visible")).toBe(true);
  // What concerns the account of another person.
  expect((await list("action=key")).map(({ target: name }) => name)).toContain("one container");
  expect(await list("action=key", token)).toEqual([]);
  expect((await api.ask("GET", `/api/activity/${hidden.id}`, token)).status).toBe(404);
});

test("follows a scope that changes, for the one who acted as well", async () => {
  const cookie = await api.loginAs("operator", { services: ["alpha", "beta"] });
  await run("/probe/alpha", {}, { cookie });
  await run("/probe/beta", {}, { cookie });
  const names = async () => (await list("", { cookie })).map(({ target: name }) => name);
  expect(await names()).toEqual(["beta", "alpha"]);
  const me = (await api.ask("GET", "/api/session", { cookie })).body.principal;
  const limits = { services: ["alpha"], deployments: null };
  expect((await api.ask("PATCH", `/api/users/${me.id}`, { body: { limits } })).status).toBe(200);
  // Docker does not respond here: beta may exist.
  expect(await names()).toEqual(["alpha"]);
});

test("never holds a value that is shown once, or the password of an account", async () => {
  const made = await api.ask("POST", "/api/keys", { body: { name: "shown", role: "viewer", days: 1 } });
  const weak = { username: "carla", role: "viewer", password: "correct horse battery" };
  expect((await api.ask("POST", "/api/users", { body: weak })).status).toBe(201);
  const all = JSON.stringify(await Promise.all((await list("limit=200")).map(({ id }) => detail(id))));
  expect(all).toContain("carla");
  for (const secret of [made.body.secret, weak.password]) expect(all).not.toContain(secret);
});

test.each([
  ["a percent sign", "100%", "done 100% of it"],
  ["an underscore", "a_b", "name a_b here"],
  ["a quote", 'say "no"', 'they say "no" to us'],
  ["an apostrophe and a comment", "it's --", "it's -- fine"],
  ["a backslash", "C:\\temp", "in C:\\temp now"],
  ["letters in any case, and other scripts", "ÉTÉ 夏", "en été 夏 2026"],
  ["a tag of HTML", "<iframe src=x>", "<p><iframe src=x></p>"],
  ["colours and a change of direction as text", "red alert", "\u001b[31mred\u001b[0m alert \u202e"],
])("finds %s in output, and nothing that only looks like it", async (_title, text, line) => {
  const name = `find-${Buffer.from(text).toString("hex")}`;
  lines = [line];
  await run(`/probe/${name}`);
  lines = ["100x a-b done"];
  await run(`/probe/${name}`);
  const found = await list(`target=${name}&text=${encodeURIComponent(text)}`);
  expect(found).toHaveLength(1);
  expect((await outputOf(found[0]?.id ?? "")).lines).toEqual([line]);
});

test("pages by a cursor that gives nothing away when it is changed, and refuses what is none", async () => {
  for (let index = 0; index < 7; index++) await run("/probe/paged");
  const ids: string[] = [];
  let next: number | null = null;
  do {
    const before: string = next === null ? "" : `&before=${next}`;
    const { body } = await api.ask("GET", `/api/activity?target=paged&limit=3${before}`);
    ids.push(...body.entries.map(({ id }: ActivityEntry) => id));
    next = body.next;
  } while (next !== null);
  expect(ids).toHaveLength(7);
  expect(new Set(ids).size).toBe(7);
  const limited = { cookie: await api.loginAs("viewer", { services: ["nothing"] }) };
  expect(await list(`before=${Number.MAX_SAFE_INTEGER}`, limited)).toEqual([]);
  for (const query of [
    "before=0",
    "before=-1",
    "before=1e9",
    "before=abc",
    "before=1%20OR%201",
    "limit=201",
    "state=x",
    "x=1",
  ]) {
    expect((await api.ask("GET", `/api/activity?${query}`)).status).toBe(400);
  }
  expect((await api.ask("GET", `/api/activity/${ids[0]}/output?after=-1`)).status).toBe(400);
  expect((await outputOf(`${ids[0]}`)).next).toBeNull();
});

test("returns long output in parts, with what is missing in between", async () => {
  lines = Array.from({ length: 120_000 }, (_, index) => `line ${index} of a long output`);
  await run("/probe/loud");
  const { id, outputLines, outputBytes } = await newest("target=loud");
  expect(outputLines).toBe(120_000);
  let got = 0;
  let missing = 0;
  let after: number | null | undefined;
  const last: string[] = [];
  do {
    const query: string = after === undefined ? "" : `?after=${after}`;
    const { output }: { output: ActivityOutput } = (await api.ask("GET", `/api/activity/${id}/output${query}`)).body;
    got += output.lines.length;
    missing += output.gapBefore?.lines ?? 0;
    last.splice(0, 1, output.lines.at(-1) ?? "");
    after = output.next;
  } while (after !== null);
  expect(got + missing).toBe(120_000);
  expect(missing).toBeGreaterThan(0);
  expect(last).toEqual(["line 119999 of a long output"]);
  expect(outputBytes).toBeGreaterThan(3_000_000);
});

test("notifies viewers that an action on a container started and ended, without its content", async () => {
  const before = api.emitted.length;
  await run("/probe/told");
  await expect
    .poll(() => api.emitted.slice(before).filter(({ event }) => event === "activity:changed"))
    .toContainEqual(
      expect.objectContaining({ namespace: "services", data: expect.objectContaining({ containerName: "told" }) }),
    );
  const sent = api.emitted.slice(before).filter(({ event }) => event === "activity:changed");
  for (const { data } of sent) expect(Object.keys(data as object).sort()).toEqual(["containerName", "timestamp"]);
});

test("one caller's searches of output run one after the other, and a crowd of them is refused", async () => {
  for (let index = 0; index < 12; index++) {
    const loud = api.deps.activity.begin({
      action: "service:probe",
      target: `loud-${index}`,
      permission: null,
      services: [],
      requestId: "r",
      actor: { kind: "system", id: "", name: "" },
      ownerId: "",
    });
    for (let line = 0; line < 9_000; line++) loud.line(`line ${line} ${"x".repeat(100)}`);
    loud.end({ state: "succeeded" });
  }
  const search = () => api.ask("GET", "/api/activity?text=nowhere-to-be-found");
  const answers = await Promise.all(Array.from({ length: 25 }, search));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every(({ status, body }) => status === 503 && body.code === "overloaded")).toBe(true);
  expect((await api.ask("GET", "/api/activity")).status).toBe(200);
});
