import { isDeepStrictEqual } from "node:util";
import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { z } from "zod";
import { type Permission, permissions } from "../../shared/protocol/access.ts";
import { jobSchema } from "../../shared/protocol/job.ts";
import { ok } from "../../shared/protocol/result.ts";
import { AppError } from "../../shared/server/errors.ts";
import { whileAuthorized } from "../access/identity/authorized-stream.ts";
import { requireHostScope } from "../access/identity/host-scope.ts";
import { endOf } from "../activity/end-of.ts";
import type { ActivityStart, Recording } from "../activity/record.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf, createConcurrencyLimit } from "../http/concurrency-limit.ts";
import { type ApiEnv, createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { ownOrigin } from "../http/public-address.ts";
import { validated } from "../http/validate.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import { respondOrEnqueue } from "../jobs/respond-or-enqueue.ts";
import { startJob } from "../jobs/start-job.ts";
import type { ActionContext, AnyAction, AnyInput } from "./action.ts";
import { type ActionResponse, createReplays, type Replays } from "./idempotency.ts";
import { messages } from "./messages.ts";
import { perform } from "./perform.ts";
import type { TypedRoutes } from "./typed-routes.ts";

/**
 * The routes of a list of actions, below `/api`. The guard has checked rights and step-up, and writes the audit trail.
 *
 * @param all Every action of the server, for actions on other actions; the list by default.
 */
export function actionRoutes<const Actions extends readonly AnyAction[]>(
  actions: Actions,
  deps: ApiDeps,
  all: readonly AnyAction[] = actions,
): TypedRoutes<Actions> {
  const app = createRoutes();
  const shared: SharedParts = { deps, replays: createReplays(), byName: new Map(all.map((one) => [one.name, one])) };
  for (const action of actions) app.on(action.method, [action.path], ...handlersOf(action, shared));
  return app as unknown as TypedRoutes<Actions>;
}

// The parts of a list differ in what they validate, so the handlers have no common input type.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Handler = MiddlewareHandler<any, any, any>;

/** What the actions of a list share. */
interface SharedParts {
  deps: ApiDeps;
  replays: Replays;
  byName: ReadonlyMap<string, AnyAction>;
}

function handlersOf(action: AnyAction, shared: SharedParts): Handler[] {
  const { params, query, body, headers } = action;
  const handlers: Handler[] = [describe(action)];
  if (params) handlers.push(validated("param", params));
  if (query) handlers.push(validated("query", query));
  if (headers) handlers.push(validated("header", headers));
  if (body) handlers.push(validated("json", body));
  handlers.push(refuseUnreadInput(action), handle(action, shared));
  return handlers;
}

/** Refuses input that the action does not read: an option that is ignored would change something in another way than meant. */
const refuseUnreadInput = ({ query, body, streamedBody }: AnyAction) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (!query && Object.keys(c.req.queries()).length > 0) throw new AppError("invalid_input", messages.unreadQuery);
    if (!body && streamedBody === undefined && !/^\s*(\{\s*\}\s*)?$/.test(await c.req.text())) {
      throw new AppError("invalid_input", messages.unreadBody);
    }
    await next();
  });

function describe(action: AnyAction) {
  const { title: summary, tag, description, mode, status = 200, result, once, streamedBody, idempotent } = action;
  const fields: Record<string, z.ZodType> = { ...result };
  for (const name of once ?? []) if (fields[name]) fields[name] = fields[name].describe("Shown once.");
  const common = { tag, summary, description, rawBody: streamedBody, idempotent };
  const job = { job: jobSchema };
  if (mode === "enqueue") return described({ ...common, answer: job, status: 202 });
  if (mode === "respond") return described({ ...common, answer: fields, status });
  return described({ ...common, answer: fields, status, otherwise: { status: 202, answer: job } });
}

/** Resolves the subject, names it in the audit trail, records the action, and does the work in its mode. */
function handle(action: AnyAction, { deps, replays, byName }: SharedParts): MiddlewareHandler<ApiEnv> {
  const limit = action.concurrency && createConcurrencyLimit(action.concurrency);
  return async (c) => {
    const input = inputOf(c, action);
    if (typeof action.hostScope === "function" && action.hostScope(input)) requireHostScope(c);
    const context = contextOf(c, deps, byName);
    c.set("auditDetail", action.detail?.(input, context));
    const send = async () => {
      if (action.target.inputLabel) c.set("auditTarget", action.target.inputLabel(input));
      const subject = await action.target.resolve(input, context);
      c.set("auditTarget", action.target.label(subject, input));
      const recording = deps.activity.begin(toStart(c, action, input, { ...context, subject }));
      const run = () => runInMode(c, action, input, { ...context, subject, recording });
      try {
        if (action.streamedBody !== undefined) refuseEncodedBody(c);
        const response = await (limit ? limit.run(context.caller, run, c.req.raw.signal) : run());
        // The job ends its record itself.
        if (!c.get("jobStarted")) recording.end({ state: "succeeded" });
        return { ...response, target: c.get("auditTarget") };
      } catch (error) {
        if (!c.get("jobStarted")) recording.end(c.req.raw.signal.aborted ? cancelled(error) : endOf(error));
        throw error;
      }
    };
    const key = action.idempotent ? c.req.header("Idempotency-Key") : undefined;
    if (key === undefined) return respond(c, await send());
    const request = { caller: context.principal, action: action.name, key, input, once: action.once };
    const { response, repeated } = await replays.run(request, send);
    if (repeated) {
      c.set("auditTarget", response.target);
      c.set("auditDetail", "repeated request, nothing changed");
    }
    return respond(c, response);
  };
}

/** The caller left before the end. */
const cancelled = (error: unknown) => ({ ...endOf(error), state: "cancelled" as const });

/** What the record of an action holds when it starts. */
function toStart(
  c: Context<ApiEnv>,
  { name, target, permission, undo }: AnyAction,
  input: AnyInput,
  { subject, principal, caller }: ActionContext & { subject: unknown },
): ActivityStart {
  const { params, query, body } = input as Record<"params" | "query" | "body", Record<string, unknown> | undefined>;
  const { id, name: named } = params ?? {};
  const targetId = id ?? named;
  const needed = target.permission?.(subject) ?? permission;
  return {
    action: name,
    kind: target.kind?.(subject),
    target: target.label(subject, input),
    targetId: typeof targetId === "string" ? targetId : null,
    permission: isPermission(needed) ? needed : null,
    services: target.services?.(subject) ?? [],
    processes: target.processes?.(subject) ?? [],
    actor: { kind: principal.kind, id: principal.id, name: principal.name },
    ownerId: caller,
    requestId: c.get("requestId"),
    // What only a session may do concerns the account: nearly all of it is secret.
    input: permission === "session" ? undefined : { ...params, ...query, ...body },
    canUndo: undo !== undefined,
  };
}

const isPermission = (rule: string): rule is Permission => Object.hasOwn(permissions, rule);

function refuseEncodedBody(c: Context<ApiEnv>): void {
  if (c.req.header("Content-Encoding") === undefined) return;
  throw new AppError("unsupported_media_type", messages.encodedBody);
}

const respond = (c: Context<ApiEnv>, { fields, status }: ActionResponse) => c.json(ok(fields), status);

async function runInMode(
  c: Context<ApiEnv>,
  action: AnyAction,
  input: AnyInput,
  context: ActionContext & { subject: unknown; recording: Recording },
): Promise<ActionResponse> {
  const { target, mode } = action;
  const { subject, deps, recording } = context;
  let status: ActionResponse["status"] = action.status ?? 200;
  const respondWith = (replaced: 200 | 201) => {
    status = replaced;
  };
  const nameTarget = (label: string) => {
    c.set("auditTarget", label);
    recording.nameTarget(label);
  };
  const locks = (action.locks ?? target.locks)?.(subject, input) ?? { exclusive: [] };
  const stream = action.streamedBody === undefined ? null : c.req.raw.body;
  const run = (job: JobHandle) => {
    const fromBrowser = action.takeFromBrowser?.(c, deps);
    return perform(action, input, { ...context, stream, fromBrowser, respondWith, nameTarget }, job);
  };
  context.reauthorize(); // finding the subject takes time
  const options = {
    kind: action.name,
    target: target.label(subject, input),
    services: target.services?.(subject),
    processes: target.processes?.(subject),
    rooms: target.rooms?.(subject),
    permission: target.permission?.(subject),
    recording,
  };
  if (mode === "enqueue") {
    return { fields: { job: startJob(c, deps.jobs, { ...options, locks, run }) }, status: 202 };
  }
  if (mode === "respond-or-enqueue") {
    const outcome = await respondOrEnqueue(c, deps.jobs, {
      ...options,
      locks,
      withinMs: deps.respondWithinMs,
      work: () => run(withoutJob(recording)),
    });
    return "job" in outcome ? { fields: outcome, status: 202 } : { fields: outcome.done, status };
  }
  const release = deps.jobs.acquire(locks);
  const watch = action.streamedBody === undefined ? undefined : c.get("watchRights")?.();
  try {
    const fields = action.endsWithCaller
      ? await whileAuthorized(c, (lost) => run(withoutJob(recording, AbortSignal.any([c.req.raw.signal, lost]))))
      : await run(withoutJob(recording, watch?.signal));
    return { fields, status };
  } finally {
    watch?.end();
    release();
  }
}

/** Handle for work without a job. A caller who disconnects stops nothing by default: the Engine would continue anyway. */
const withoutJob = (recording: Recording, signal = new AbortController().signal): JobHandle => ({
  signal,
  step: (step) => recording.step(step),
  line: (text) => void recording.line(text),
});

function contextOf(c: Context<ApiEnv>, deps: ApiDeps, byName: ReadonlyMap<string, AnyAction>): ActionContext {
  const principal = c.get("principal");
  return {
    deps,
    principal,
    caller: callerOf(c),
    actionNamed: (name) => byName.get(name),
    host: new URL(c.req.url).hostname,
    origin: () => ownOrigin(c, deps.access),
    reauthorize: () => {
      c.get("reauthorize")?.();
      // Subject and input were checked against the earlier scope.
      if (!isDeepStrictEqual(c.get("principal").limits, principal.limits)) {
        throw new AppError("forbidden", messages.scopeChanged);
      }
    },
  };
}

function inputOf(c: Context<ApiEnv>, { params, query, body, headers }: AnyAction): AnyInput {
  const valid = (part: "param" | "query" | "json" | "header") => c.req.valid(part as never);
  return {
    params: params ? valid("param") : undefined,
    query: query ? valid("query") : undefined,
    body: body ? valid("json") : undefined,
    headers: headers ? valid("header") : undefined,
  };
}
