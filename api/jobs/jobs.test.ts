import { afterEach, beforeEach, expect, test } from "vitest";
import type { Job } from "../../shared/protocol/job.ts";
import { AppError } from "../../shared/server/errors.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { EMIT_TOKEN } from "../access/testing.ts";
import { startApi, type TestApi } from "../testing/api-server.ts";
import type { JobOptions } from "./jobs.ts";

let api: TestApi;
beforeEach(async () => {
  api = await startApi();
});
afterEach(() => api.close());

const principal = () => ({ kind: "user", id: api.deps.access.users.all()[0]?.id ?? "", name: "ada" }) as const;
const begin = (options: Partial<JobOptions> & Pick<JobOptions, "run">) =>
  api.deps.jobs.start({
    kind: "test:work",
    target: "thing",
    principal: principal(),
    requestId: "r",
    address: "127.0.0.1",
    ...options,
  });
const notified = (room: string) =>
  api.emitted.filter((event) => event.event === "job" && event.room === room).map(({ data }) => data as Job);
const untilAborted = (signal: AbortSignal) =>
  new Promise<undefined>((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));

test("sends steps, lines and the result of a job to its room and to the rooms of its services", async () => {
  const { id } = begin({
    rooms: ["web"],
    run: async ({ step, line }) => {
      step({ id: "a", label: "Layer a", state: "pulling", current: 1, total: 2 });
      step({ id: "a", label: "Layer a", state: "done", current: 2, total: 2 });
      line("one\ntwo\n");
      return { image: "x" };
    },
  });
  const job = await api.deps.jobs.finished(id);
  expect(job).toMatchObject({ state: "succeeded", result: { image: "x" }, lines: ["one", "two"], lineCount: 2 });
  expect(job.steps).toEqual([{ id: "a", label: "Layer a", state: "done", current: 2, total: 2 }]);
  for (const room of [`job:${id}`, "web"]) expect(notified(room).at(-1)).toEqual(job);
  expect((await api.ask("GET", `/api/jobs/${id}`)).body.job).toEqual(job);
});

test("batches fast changes, and sends the end at once", async () => {
  const { id } = begin({
    run: async ({ line }) => {
      for (let index = 0; index < 5_000; index++) line(`line ${index}`);
      return undefined;
    },
  });
  const job = await api.deps.jobs.finished(id);
  expect(job.lineCount).toBe(5_000);
  expect(job.lines).toHaveLength(500);
  expect(job.lines.at(-1)).toBe("line 4999");
  expect(notified(`job:${id}`).length).toBeLessThan(5);
});

test("stores the error of a failed job without internal details", async () => {
  const foreseen = begin({ run: () => Promise.reject(new AppError("conflict", "The port is taken.")) });
  const unforeseen = begin({ run: () => Promise.reject(new Error("/etc/secret broke")) });
  expect((await api.deps.jobs.finished(foreseen.id)).error).toEqual({
    code: "conflict",
    message: "The port is taken.",
  });
  const { error } = await api.deps.jobs.finished(unforeseen.id);
  expect(error?.code).toBe("internal");
  expect(error?.message).not.toContain("secret");
});

test("answers the realtime server who may follow a job, by the rule of REST", async () => {
  const { id } = begin({ kind: "service:restart", services: ["web"], run: ({ signal }) => untilAborted(signal) });
  const sees = async (cookie: string | undefined, jobId = id) => {
    const who = (await api.ask("GET", "/api/session", cookie === undefined ? {} : { cookie })).body.principal;
    const principal = api.deps.access.sessions.of(who.id)[0];
    const body = { jobId, kind: "user", id: who.id, sessionId: principal?.id };
    const answer = await api.ask("POST", "/internal/jobs", { token: EMIT_TOKEN, origin: null, body });
    return answer.status;
  };
  expect(await sees(undefined)).toBe(200);
  expect(await sees(await api.loginAs("operator"))).toBe(200);
  expect(await sees(await api.loginAs("viewer"))).toBe(404);
  expect(await sees(await api.loginAs("operator", { services: ["other"] }))).toBe(404);
  expect(await sees(await api.loginAs("operator", { services: ["web"] }))).toBe(200);
  expect(await sees(undefined, "none")).toBe(404);
  expect((await api.ask("POST", "/internal/jobs", { body: { jobId: id } })).status).toBe(401);
});

test("cancels a running job by REST, and no finished one", async () => {
  const { id } = begin({ run: ({ signal }) => untilAborted(signal) });
  expect((await api.ask("DELETE", `/api/jobs/${id}`)).status).toBe(202);
  expect((await api.deps.jobs.finished(id)).state).toBe("cancelled");
  expect((await api.ask("DELETE", `/api/jobs/${id}`)).body.code).toBe("conflict");
});

test("runs one job per lock at a time, and no more than its bound", async () => {
  begin({ locks: { exclusive: ["web"] }, run: ({ signal }) => untilAborted(signal) });
  expect(() => begin({ locks: { exclusive: ["web"] }, run: async () => undefined })).toThrow(/under way/);
  for (let index = 0; index < 15; index++) begin({ run: ({ signal }) => untilAborted(signal) });
  expect(() => begin({ run: async () => undefined })).toThrow(/Too many/);
});

test("shows callers limited to some containers the jobs of these and their own, and viewers none", async () => {
  const ofWeb = begin({ services: ["web"], run: async () => undefined });
  const ofHost = begin({ run: async () => undefined });
  const operator = await api.loginAs("operator", { services: ["web"] });
  const { body } = await api.ask("GET", "/api/jobs", { cookie: operator });
  expect(body.jobs.map(({ id }: Job) => id)).toEqual([ofWeb.id]);
  expect((await api.ask("GET", `/api/jobs/${ofHost.id}`, { cookie: operator })).status).toBe(404);
  const viewer = await api.loginAs("viewer");
  expect((await api.ask("GET", "/api/jobs", { cookie: viewer })).status).toBe(403);
});

test("shows and cancels a job only for callers who could start it", async () => {
  const made = await api.ask("POST", "/api/keys", {
    body: { name: "containers only", role: "operator", scopes: ["services:control"], days: 1 },
  });
  const token = made.body.secret as string;
  const wait = ({ signal }: { signal: AbortSignal }) => untilAborted(signal);
  const ofStack = begin({ kind: "stack:up", target: "shop", run: wait });
  const ofService = begin({ kind: "service:recreate", target: "web", run: wait });
  const { body } = await api.ask("GET", "/api/jobs", { token });
  expect(body.jobs.map(({ id }: Job) => id)).toEqual([ofService.id]);
  expect((await api.ask("GET", `/api/jobs/${ofStack.id}`, { token })).status).toBe(404);
  expect((await api.ask("DELETE", `/api/jobs/${ofStack.id}`, { token, body: {} })).status).toBe(404);
  expect(api.deps.jobs.find(ofStack.id)?.job.state).toBe("running");
  expect((await api.ask("DELETE", `/api/jobs/${ofService.id}`, { token, body: {} })).status).toBe(202);
});

test("shows a key the jobs that it may start, without a right to containers", async () => {
  const made = await api.ask("POST", "/api/keys", {
    body: { name: "pulls only", role: "operator", scopes: ["docker:manage"], days: 1 },
  });
  const token = made.body.secret as string;
  const wait = ({ signal }: { signal: AbortSignal }) => untilAborted(signal);
  const pull = begin({ kind: "image:pull", run: wait });
  const recreate = begin({ kind: "service:recreate", services: ["web"], run: wait });
  expect((await api.ask("GET", `/api/jobs/${pull.id}`, { token })).body.job.id).toBe(pull.id);
  expect((await api.ask("GET", `/api/jobs/${recreate.id}`, { token })).status).toBe(404);
  expect((await api.ask("DELETE", `/api/jobs/${pull.id}`, { token, body: {} })).status).toBe(202);
});

test("starts no job whose lock is held, and grants no lock that a job holds", async () => {
  const locks = { exclusive: ["service:web"] };
  const release = api.deps.jobs.acquire(locks);
  expect(() => begin({ locks, run: async () => undefined })).toThrow(/under way/);
  expect(() => api.deps.jobs.acquire(locks)).toThrow(/under way/);
  release();
  const { id } = begin({ locks, run: ({ signal }) => untilAborted(signal) });
  release(); // a second release frees nothing of others
  expect(() => api.deps.jobs.acquire(locks)).toThrow(/under way/);
  api.deps.jobs.cancel(id);
  await api.deps.jobs.finished(id);
  api.deps.jobs.acquire(locks)();
});

test("lets several jobs share a lock, and excludes a job on the whole meanwhile", async () => {
  const { acquire } = api.deps.jobs;
  const one = acquire({ exclusive: ["service:a"], shared: ["stack:shop"] });
  const other = acquire({ exclusive: ["service:b"], shared: ["stack:shop"] });
  expect(() => acquire({ exclusive: ["free", "stack:shop"] })).toThrow(/under way/);
  acquire({ exclusive: ["free"] })(); // the refused call acquired none of its locks
  one();
  expect(() => acquire({ exclusive: ["stack:shop"] })).toThrow(/under way/);
  other();
  const whole = acquire({ exclusive: ["stack:shop"] });
  expect(() => acquire({ exclusive: ["service:c"], shared: ["stack:shop"] })).toThrow(/under way/);
  acquire({ exclusive: ["service:c"] })();
  whole();
});

test("does not wait without limit at shutdown for a job that ignores its signal", async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const { id } = begin({ run: () => promise });
  await api.deps.jobs.close();
  expect(api.deps.jobs.find(id)?.job.state).toBe("running");
  resolve(undefined);
  await api.deps.jobs.finished(id);
});

test("records the end of a job in the audit trail, with the caller who started it", async () => {
  const { id } = begin({ target: "shop", run: () => Promise.reject(new AppError("conflict", "No.")) });
  await api.deps.jobs.finished(id);
  await eventually(async () => {
    const { body } = await api.ask("GET", "/api/audit?action=test:work");
    const [entry] = body.entries;
    return entry?.outcome === "failed" && entry.target === "shop" && entry.actor.name === "ada";
  });
});
