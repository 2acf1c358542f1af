import { AppError } from "../../shared/server/errors.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import type { ActionContext, ActionOutcome, AnyAction, AnyInput, ApplyContext } from "./action.ts";
import { messages } from "./messages.ts";

/**
 * Applies an action to its subject, within its time limit, and notifies viewers of the outcome.
 *
 * @throws AppError `upstream_unavailable` past the time limit; whatever `apply` throws
 */
export async function perform(
  action: AnyAction,
  input: AnyInput,
  context: ActionContext &
    Pick<ApplyContext<unknown>, "subject" | "stream" | "fromBrowser" | "respondWith" | "nameTarget">,
  job: JobHandle,
): Promise<Record<string, unknown>> {
  const { subject } = context;
  const verb = action.name.slice(action.name.indexOf(":") + 1);
  let result: Record<string, unknown>;
  try {
    result = { ...(await withinLimit(action, job, (handle) => action.apply(input, { ...context, job: handle }))) };
  } catch (error) {
    await notify(action, { verb, subject, error }, context);
    throw error;
  }
  await notify(action, { verb, subject, result }, context);
  return result;
}

/** Notifies viewers. A notice that fails is logged and changes no outcome: the work has ended as it has. */
async function notify(action: AnyAction, outcome: ActionOutcome<unknown>, context: ActionContext): Promise<void> {
  try {
    await (action.notify ?? action.target.notify)?.(outcome, context);
  } catch (error) {
    context.deps.log.warn({ err: error, action: action.name }, "viewers were not notified of an action");
  }
}

async function withinLimit<T>(
  { timeLimitMs }: AnyAction,
  job: JobHandle,
  run: (job: JobHandle) => Promise<T>,
): Promise<T> {
  if (timeLimitMs === undefined) return run(job);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new AppError("upstream_unavailable", messages.tooSlow)), timeLimitMs);
  try {
    return await run({ ...job, signal: AbortSignal.any([job.signal, limit.signal]) });
  } catch (error) {
    // The work throws how it was stopped; the caller gets the reason.
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
