import type { Context } from "hono";
import type { z } from "zod";
import type { Permission, Principal } from "../../shared/protocol/access.ts";
import type { ApiDeps } from "../deps.ts";
import type { AccessRule } from "../http/access-entry.ts";
import type { ConcurrencyOptions } from "../http/concurrency-limit.ts";
import type { ApiEnv } from "../http/context.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import type { Locks } from "../jobs/resource-locks.ts";

export type ActionMethod = "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * How the response is sent.
 * - `respond`: after the work has ended
 * - `respond-or-enqueue`: after the work has ended, or with a job (202) when it takes longer than two seconds
 * - `enqueue`: at once, with a job (202)
 */
export type ActionMode = "respond" | "respond-or-enqueue" | "enqueue";

type Schema = z.ZodType | undefined;
type Output<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

/** The validated parts of a request. A part without a schema is undefined. */
export interface ActionInput<
  Params extends Schema,
  Query extends Schema,
  Body extends Schema,
  Headers extends Schema = undefined,
> {
  params: Output<Params>;
  query: Output<Query>;
  body: Output<Body>;
  headers: Output<Headers>;
}

/** The caller and the parts of the server. */
export interface ActionContext {
  deps: ApiDeps;
  principal: Principal;
  /** Id of the user who calls, or who owns the API key. */
  caller: string;
  /** Host name in the address of the request. */
  host: string;
  /** Scheme and host by which the caller reached this API. */
  origin(): string;
  /** Checks the rights of the caller again, for use after a wait. @throws AppError `unauthorized`, `forbidden` */
  reauthorize(): void;
  /** Another action of the same list. */
  actionNamed(name: string): AnyAction | undefined;
}

export interface ApplyContext<Subject> extends ActionContext {
  subject: Subject;
  /**
   * Progress and cancellation. Steps and lines are in the record of the action. While a streamed body arrives, the signal
   * is aborted when the caller loses the right.
   */
  job: JobHandle;
  /** The body of an action with `streamedBody`; null when the request has none. */
  stream: ReadableStream<Uint8Array> | null;
  /** Replaces the status of success, for an action that creates or replaces. A response with a job keeps 202. */
  respondWith(status: 200 | 201): void;
  /**
   * Replaces the label of the target in the audit trail, for work that creates its subject or finds out what it changes.
   * A job keeps the label it started with.
   */
  nameTarget(label: string): void;
  /** What `takeFromBrowser` returned. */
  fromBrowser: string | undefined;
}

/** What came of an action, for its notice: the result or the error, never both. */
export interface ActionOutcome<Subject> {
  /** The part of the name after the colon: `restart`. */
  verb: string;
  subject: Subject;
  result?: Record<string, unknown>;
  error?: unknown;
}

export type Notify<Subject> = (outcome: ActionOutcome<Subject>, context: ActionContext) => void | Promise<void>;

/** The kind of thing that an action changes. One value serves every action on the kind. */
export interface ActionTarget<Input, Subject> {
  /** Finds the subject and checks that the caller can see it. @throws AppError */
  resolve(input: Input, context: ActionContext): Subject | Promise<Subject>;
  /** Name of the subject in the audit trail and in jobs. Never a secret. */
  label(subject: Subject, input: Input): string;
  /** Name in the audit trail of a request that is refused before the subject is found; the path by default. */
  inputLabel?(input: Input): string;
  /** What no other action may hold at the same time. */
  locks?(subject: Subject, input: Input): Locks;
  /** Names of the containers concerned. Callers with a narrower scope do not see the job. Empty: the whole host. */
  services?(subject: Subject): readonly string[];
  /** Ids of the processes concerned, like `services`. */
  processes?(subject: Subject): readonly string[];
  /** Kind of what is changed, for the record of actions; by default the part of the action's name before the colon. */
  kind?(subject: Subject): string;
  /** Permission that the action on this subject needs, where that of the action does not say it. */
  permission?(subject: Subject): Permission | undefined;
  /** Ids of the service rooms that receive the job. */
  rooms?(subject: Subject): readonly string[];
  /** Notifies viewers after the work, before the response. */
  notify?: Notify<Subject>;
}

interface ActionSpec<
  Path extends string,
  Method extends ActionMethod,
  Mode extends ActionMode,
  Params extends Schema,
  Query extends Schema,
  Body extends Schema,
  Result extends z.ZodRawShape,
  Subject,
  Headers extends Schema,
> {
  /** Name in the audit trail and in jobs: `service:restart`. Stored, so it never changes. */
  name: string;
  method: Method;
  /** Below `/api`, with parameters as `:id`. */
  path: Path;
  /** One line of the API reference. */
  title: string;
  /** Area of the API reference. */
  tag: string;
  description?: string;
  permission: AccessRule;
  /** Refuses callers with a narrower scope than the host: always, or for some inputs. */
  hostScope?: true | ((input: ActionInput<Params, Query, Body, Headers>) => boolean);
  /** Refuses callers that are limited to some containers or processes. */
  fullScope?: true;
  params?: Params;
  query?: Query;
  body?: Body;
  /** Header fields that the action reads, by their names in lower case. */
  headers?: Headers;
  mode: Mode;
  /** Status of success in the mode `respond`; 200 by default. */
  status?: 201 | 202;
  /** Fields of the response beside `success`. Jobs are described by the mode. */
  result?: Result;
  /** Fields of the result that are shown once: they are never repeated to a second request. Only for `respond`. */
  once?: readonly (keyof Result & string)[];
  target: ActionTarget<NoInfer<ActionInput<Params, Query, Body, Headers>>, Subject>;
  /** Replaces the locks of the target. */
  locks?(subject: NoInfer<Subject>, input: ActionInput<Params, Query, Body, Headers>): Locks;
  /** A few words for the audit trail. Never a secret. */
  detail?(input: ActionInput<Params, Query, Body, Headers>, context: ActionContext): string | undefined;
  /** Replaces the notice of the target. */
  notify?: Notify<NoInfer<Subject>>;
  /** Requires a recent proof of identity. `scoped-keys` also admits API keys that name the permission as a scope. */
  stepUp?: true | "scoped-keys";
  /** Media type of a body that is not read before `apply`, which gets it as a stream. An encoded one is refused. */
  streamedBody?: string;
  /** Limits how many of these run at once, in all and for one caller. Only for `respond`. */
  concurrency?: ConcurrencyOptions;
  /**
   * Takes a value that the browser keeps for this action, such as a challenge in a cookie, and makes the browser forget
   * it. Called after all checks, right before `apply`. Only for `respond`.
   */
  takeFromBrowser?(request: Context<ApiEnv>, deps: ApiDeps): string | undefined;
  /** Aborts `job.signal` after this time and fails with `upstream_unavailable`. */
  timeLimitMs?: number;
  /** Aborts `job.signal` when the caller disconnects or loses the right, and then responds at once. Only for `respond`. */
  endsWithCaller?: true;
  /** Accepts `Idempotency-Key`: a repeated request gets the first response for ten minutes. Only for `respond` and `enqueue`. */
  idempotent?: true;
  /** Does the work. What it throws is the refusal, or the error of the job. */
  apply(
    input: ActionInput<Params, Query, Body, Headers>,
    context: ApplyContext<NoInfer<Subject>>,
  ): Promise<Mode extends "enqueue" ? object : z.output<z.ZodObject<Result>>>;
  /** Says what the action would change, and changes nothing. */
  plan?(input: ActionInput<Params, Query, Body, Headers>, context: ActionContext): Promise<object>;
  /** Takes the last run on this subject back: `POST /api/activity/:id/undo`. Such an action names its subject by `params.id` alone. */
  undo?(context: ApplyContext<NoInfer<Subject>>): Promise<object>;
}

export type Action<
  Path extends string = string,
  Method extends ActionMethod = ActionMethod,
  Mode extends ActionMode = ActionMode,
  Params extends Schema = Schema,
  Query extends Schema = Schema,
  Body extends Schema = Schema,
  Result extends z.ZodRawShape = z.ZodRawShape,
  // biome-ignore lint/suspicious/noExplicitAny: a list holds actions on subjects of every kind
  Subject = any,
  Headers extends Schema = Schema,
> = Readonly<ActionSpec<Path, Method, Mode, Params, Query, Body, Result, Subject, Headers>>;

/** An action of any kind, as the list holds it: its own `apply` takes the input that its schemas give. */
// biome-ignore lint/suspicious/noExplicitAny: the functions of an action take what its own schemas give
export type AnyAction = Action<string, ActionMethod, ActionMode, any, any, any, any, any, any>;

// biome-ignore lint/suspicious/noExplicitAny: see AnyAction
export type AnyInput = ActionInput<any, any, any, any>;

/**
 * Declares something that changes the server: its route, rights, input, locks, audit and notice follow from the value.
 *
 * @throws TypeError when options exclude each other
 */
export function action<
  const Path extends string,
  const Method extends ActionMethod,
  const Mode extends ActionMode,
  Subject,
  Params extends Schema = undefined,
  Query extends Schema = undefined,
  Body extends Schema = undefined,
  Result extends z.ZodRawShape = Record<never, never>,
  Headers extends Schema = undefined,
>(
  spec: ActionSpec<Path, Method, Mode, Params, Query, Body, Result, Subject, Headers>,
): Action<Path, Method, Mode, Params, Query, Body, Result, Subject, Headers> {
  const refuse = (why: string) => new TypeError(`The action ${spec.name} ${why}.`);
  if (spec.once && spec.mode !== "respond") throw refuse("shows values once, which a job would keep");
  if (spec.idempotent && spec.mode === "respond-or-enqueue") throw refuse("has no single response to repeat");
  if (spec.takeFromBrowser && spec.mode !== "respond") throw refuse("needs the browser, which does not wait for a job");
  if (spec.takeFromBrowser && spec.idempotent) throw refuse("takes a value that a repeated request no longer has");
  if (spec.idempotent && spec.streamedBody) throw refuse("has a body that cannot be compared");
  if (spec.body && spec.streamedBody) throw refuse("has two kinds of body");
  if (spec.endsWithCaller && spec.mode !== "respond") throw refuse("ends with its caller, whom a job outlasts");
  if (spec.concurrency && spec.mode !== "respond") throw refuse("limits requests, which a job outlasts");
  return spec;
}
