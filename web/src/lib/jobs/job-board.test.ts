import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job } from "../../../../shared/protocol/job.ts";
import { ApiFailure } from "../api/failure.ts";
import { createJobBoard, type JobBoard } from "./job-board.ts";

const job = (id: string, revision: number, fields: Partial<Job> = {}): Job => ({
  id,
  kind: "service:recreate",
  target: "web",
  state: "running",
  steps: [],
  lines: [],
  lineCount: 0,
  result: null,
  error: null,
  startedAt: "2026-01-01T00:00:00.000Z",
  finishedAt: null,
  revision,
  ...fields,
});
const done = { state: "succeeded", finishedAt: "2026-01-01T00:00:09.000Z" } as const;

/** A server that holds jobs, and a live connection whose events the test sends. */
function server() {
  const held = new Map<string, Job>();
  const followers = new Map<string, { onJob: (job: Job) => void; onJoined?: (() => void) | undefined }>();
  let told: (job: Job) => void = () => {};
  let connected: () => void = () => {};
  const board: JobBoard = createJobBoard({
    rest: {
      list: async () => [...held.values()].reverse(),
      get: async (id) => {
        const found = held.get(id);
        if (!found) throw new ApiFailure("not_found", "There is no such job.", { status: 404 });
        return found;
      },
      cancel: async (id) => held.get(id) as Job,
    },
    live: {
      subscribeJob: (id, onJob, { onJoined } = {}) => {
        followers.set(id, { onJob, onJoined });
        return () => followers.delete(id);
      },
      on: (event: string, listener: unknown) => {
        if (event === "job") told = listener as typeof told;
        return () => {};
      },
      onConnect: (listener) => {
        connected = listener;
        return () => {};
      },
    },
  });
  return { board, held, followers, tell: (one: Job) => told(one), connect: () => connected() };
}

let stop: () => void = () => {};
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  stop();
  vi.useRealTimers();
});

test("of two snapshots the one with the higher revision stands, in whatever order they come", () => {
  const { board, followers } = server();
  void board.started(job("a", 1));
  followers.get("a")?.onJob(job("a", 5, { lines: ["five"] }));
  followers.get("a")?.onJob(job("a", 4, { lines: ["four"] }));
  expect(board.of("a")?.lines).toEqual(["five"]);
  expect(board.running()).toHaveLength(1);
});

test("requests a job that ended before the subscription was confirmed or during an interruption", async () => {
  const { board, held, followers } = server();
  const finished = board.started(job("a", 1));
  held.set("a", job("a", 9, done));
  followers.get("a")?.onJoined?.();
  expect(await finished).toMatchObject({ state: "succeeded", revision: 9 });
  expect(followers.size).toBe(0);
});

test("a job that a restarted server no longer knows is reported as failed, not as running forever", async () => {
  const { board, followers } = server();
  const finished = board.started(job("a", 3));
  followers.get("a")?.onJoined?.();
  expect(await finished).toMatchObject({ state: "failed", error: { code: "gone" } });
});

test("reports each end once, and whether this page started the job; counts failures until they are seen", async () => {
  const { board, held, followers, tell } = server();
  held.set("old", job("old", 7, done));
  stop = board.start();
  await vi.advanceTimersByTimeAsync(0);
  const ends: [string, boolean][] = [];
  board.whenEnded(({ id }, mine) => ends.push([id, mine]));
  void board.started(job("a", 1));
  tell(job("b", 1));
  for (const id of ["a", "b"]) {
    followers.get(id)?.onJob(job(id, 2, { ...done, state: "failed", error: { code: "conflict", message: "No." } }));
    tell(job(id, 2, { ...done, state: "failed" }));
  }
  expect(ends).toEqual([
    ["a", true],
    ["b", false],
  ]);
  expect([...board.unseen()]).toEqual(["a", "b"]);
  board.seen();
  expect(board.unseen().size).toBe(0);
});

test("lists what others began, again after each connect, and forgets all of it at the end", async () => {
  const { board, held, followers, connect } = server();
  stop = board.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(board.jobs()).toEqual([]);
  held.set("theirs", job("theirs", 2));
  connect();
  await vi.advanceTimersByTimeAsync(0);
  expect(board.running().map(({ id }) => id)).toEqual(["theirs"]);
  expect(followers.size).toBe(1);
  stop();
  expect(board.jobs()).toEqual([]);
  expect(followers.size).toBe(0);
});

test("keeps a bounded number of ended jobs, and all that run", async () => {
  const { board, held } = server();
  const at = (index: number) => new Date(index * 1000).toISOString();
  held.set("run", job("run", 1, { startedAt: at(0) }));
  for (let index = 1; index <= 80; index++)
    held.set(`j${index}`, job(`j${index}`, 1, { ...done, startedAt: at(index) }));
  stop = board.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(board.jobs()).toHaveLength(51);
  expect(board.jobs()[0]?.id).toBe("j80");
  expect(board.jobs().at(-1)?.id).toBe("run");
});
