import { JOB_LINES_MAX, JOB_STEPS_MAX, type Job, type JobStep } from "../../shared/protocol/job.ts";
import { AppError, toAppError, toFailure } from "../../shared/server/errors.ts";
import { messages } from "./messages.ts";

/** Longest line of output, in characters. */
const MAX_LINE = 4_096;

/** A job that has just started. */
export const createJob = (id: string, kind: string, target: string): Job => ({
  id,
  kind,
  target,
  state: "running",
  steps: [],
  lines: [],
  lineCount: 0,
  result: null,
  error: null,
  startedAt: new Date().toISOString(),
  finishedAt: null,
  revision: 1,
});

/** Adds a step, or replaces the step with its id. Drops the oldest above `JOB_STEPS_MAX`. */
export function addStep(job: Job, step: JobStep): void {
  const index = job.steps.findIndex(({ id }) => id === step.id);
  if (index >= 0) job.steps[index] = step;
  else job.steps.push(step);
  if (job.steps.length > JOB_STEPS_MAX) job.steps.shift();
}

/** Adds the lines of a text, each cut to 4,096 characters. Drops the oldest above `JOB_LINES_MAX`, but counts them. */
export function addLines(job: Job, text: string): void {
  const lines = text.replace(/\r?\n$/, "").split("\n");
  for (const line of lines) job.lines.push(line.slice(0, MAX_LINE));
  job.lineCount += lines.length;
  job.lines.splice(0, job.lines.length - JOB_LINES_MAX);
}

export function finishJob(job: Job, result: Record<string, unknown> | undefined): void {
  job.result = result ?? {};
  job.state = "succeeded";
  job.finishedAt = new Date().toISOString();
}

/** Ends a job by an error: as cancelled if the signal is aborted, else as failed. */
export function failJob(job: Job, thrown: unknown, signal: AbortSignal): void {
  const { error: message, code, detail } = toFailure(toAppError(thrown), undefined, true);
  job.state = signal.aborted ? "cancelled" : "failed";
  job.error = signal.aborted ? cancelError(signal.reason) : { code, message, detail };
  job.finishedAt = new Date().toISOString();
}

/** Why a job was cancelled: by a caller, or because its owner lost the right to it. */
function cancelError(reason: unknown): NonNullable<Job["error"]> {
  if (!(reason instanceof AppError)) return { code: "gone", message: messages.cancelled };
  return { code: reason.code, message: reason.message };
}

/** How a finished job ended, for the audit trail. */
export function describeEnd({ state, error }: Job): string {
  if (state === "cancelled" && error?.code === "gone") return "cancelled";
  return error ? `${error.code}: ${error.message}` : "finished";
}
