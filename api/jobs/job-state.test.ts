import { expect, test } from "vitest";
import { JOB_LINES_MAX, JOB_STEPS_MAX } from "../../shared/protocol/job.ts";
import { AppError } from "../../shared/server/errors.ts";
import { addLines, addStep, createJob, describeEnd, failJob, finishJob } from "./job-state.ts";

const newJob = () => createJob("id", "image:pull", "nginx");
const step = (id: string, label = id) => ({ id, label, state: "running" }) as const;

test("a step replaces the one with its id, and the oldest is dropped above the bound", () => {
  const job = newJob();
  for (let number = 0; number <= JOB_STEPS_MAX; number++) addStep(job, step(String(number)));
  addStep(job, step("5", "again"));
  expect(job.steps).toHaveLength(JOB_STEPS_MAX);
  expect([job.steps[0]?.id, job.steps[4]?.label]).toEqual(["1", "again"]);
});

test("lines are cut and counted, and the oldest are dropped above the bound", () => {
  const job = newJob();
  addLines(job, `${"x".repeat(5_000)}\nsecond\n`);
  expect(job.lines.map(({ length }) => length)).toEqual([4_096, 6]);
  for (let number = 0; number < JOB_LINES_MAX; number++) addLines(job, `${number}\r\n`);
  expect([job.lines.length, job.lines[0], job.lineCount]).toEqual([JOB_LINES_MAX, "0", JOB_LINES_MAX + 2]);
});

test.for([
  ["an error of the work", undefined, "failed", "conflict: It is in use."],
  ["a cancel by a caller", new DOMException("aborted", "AbortError"), "cancelled", "cancelled"],
  [
    "a lost right",
    new AppError("forbidden", "You are not allowed to do this."),
    "cancelled",
    "forbidden: You are not allowed to do this.",
  ],
] as const)("%s is described for the audit trail", ([, reason, state, text]) => {
  const job = newJob();
  const abort = new AbortController();
  if (reason) abort.abort(reason);
  failJob(job, new AppError("conflict", "It is in use."), abort.signal);
  expect([job.state, describeEnd(job)]).toEqual([state, text]);
  expect(job.finishedAt).not.toBeNull();
});

test("work without a result succeeds with an empty one", () => {
  const job = newJob();
  finishJob(job, undefined);
  expect([job.state, job.result, describeEnd(job)]).toEqual(["succeeded", {}, "finished"]);
});
