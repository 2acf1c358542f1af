import {
  removeServiceQuery,
  type ServiceAction,
  type ServiceDetail,
  serviceDetailSchema,
} from "../../shared/protocol/service.ts";
import { killBody, limitsBody, renameBody } from "../../shared/protocol/service-change.ts";
import { type ActionContext, action } from "../actions/action.ts";
import { recreateService } from "./recreate-action.ts";
import { locksOf, serviceKey } from "./service-access.ts";
import { notifyState, serviceParams, serviceTarget, viewAfter } from "./service-target.ts";

const tag = "Services";
const result = { service: serviceDetailSchema };
const description =
  "Responds with 200 when the work ends within two seconds, else with 202 and the job. The room of the service receives the job too.";

type Context = ActionContext & { subject: ServiceDetail };

const startStopOrRestart = (verb: ServiceAction) => async (_input: unknown, context: Context) => {
  const { subject, deps } = context;
  // Noted here as well as by the Engine's event, which may not reach the API.
  if (verb !== "start") deps.stopRequests.note(subject.id);
  await deps.docker.act(subject.id, verb).catch((error: unknown) => {
    deps.stopRequests.withdraw(subject.id);
    throw error;
  });
  return viewAfter(subject, context);
};

const startService = action({
  name: "service:start",
  method: "POST",
  path: "/services/:id/start",
  title: "Start a container",
  tag,
  description,
  permission: "services:control",
  params: serviceParams,
  mode: "respond-or-enqueue",
  result,
  target: serviceTarget,
  apply: startStopOrRestart("start"),
});

const stopService = action({
  name: "service:stop",
  method: "POST",
  path: "/services/:id/stop",
  title: "Stop a container",
  tag,
  description,
  permission: "services:control",
  params: serviceParams,
  mode: "respond-or-enqueue",
  result,
  target: serviceTarget,
  apply: startStopOrRestart("stop"),
});

const restartService = action({
  name: "service:restart",
  method: "POST",
  path: "/services/:id/restart",
  title: "Restart a container",
  tag,
  description,
  permission: "services:control",
  params: serviceParams,
  mode: "respond-or-enqueue",
  result,
  target: serviceTarget,
  apply: startStopOrRestart("restart"),
});

const removeService = action({
  name: "service:remove",
  method: "DELETE",
  path: "/services/:id",
  title: "Remove a container",
  tag,
  description,
  permission: "services:remove",
  params: serviceParams,
  query: removeServiceQuery,
  mode: "respond-or-enqueue",
  target: serviceTarget,
  detail: ({ query }) => (query.volumes ? "with its anonymous volumes" : undefined),
  apply: async ({ query }, { subject, deps }) => {
    await deps.docker.remove(subject.id, query);
    return {};
  },
  notify: ({ verb, subject, error }, { deps }) => {
    if (error === undefined) notifyState(deps.realtime, subject, "removing", verb);
  },
});

const pauseService = action({
  name: "service:pause",
  method: "POST",
  path: "/services/:id/pause",
  title: "Pause the processes of a container",
  tag,
  permission: "services:control",
  params: serviceParams,
  mode: "respond",
  result,
  target: serviceTarget,
  apply: async (_input, context) => {
    await context.deps.docker.lifecycle.pause(context.subject.id);
    return viewAfter(context.subject, context);
  },
});

const unpauseService = action({
  name: "service:unpause",
  method: "POST",
  path: "/services/:id/unpause",
  title: "Resume a paused container",
  tag,
  permission: "services:control",
  params: serviceParams,
  mode: "respond",
  result,
  target: serviceTarget,
  apply: async (_input, context) => {
    await context.deps.docker.lifecycle.unpause(context.subject.id);
    return viewAfter(context.subject, context);
  },
});

const killService = action({
  name: "service:kill",
  method: "POST",
  path: "/services/:id/kill",
  title: "Send a signal to the main process of a container",
  tag,
  permission: "services:control",
  params: serviceParams,
  body: killBody,
  mode: "respond",
  result,
  target: serviceTarget,
  // A signal often ends what holds the lock: a stop, or the end of a whole stack.
  locks: () => ({ exclusive: [] }),
  detail: ({ body }) => body.signal,
  apply: async ({ body }, context) => {
    await context.deps.docker.lifecycle.kill(context.subject.id, body.signal);
    return viewAfter(context.subject, context);
  },
});

const renameService = action({
  name: "service:rename",
  method: "POST",
  path: "/services/:id/rename",
  title: "Rename a container",
  tag,
  description: "Requires a scope of the whole host, because scopes refer to names.",
  permission: "services:control",
  hostScope: () => true,
  params: serviceParams,
  body: renameBody,
  mode: "respond",
  result,
  target: serviceTarget,
  locks: (subject, { body }) => {
    const { exclusive, shared } = locksOf(subject);
    return { exclusive: [...exclusive, serviceKey(body.name)], shared };
  },
  detail: ({ body }) => `to ${body.name}`,
  apply: async ({ body }, context) => {
    await context.deps.docker.lifecycle.rename(context.subject.id, body.name);
    return viewAfter(context.subject, context);
  },
});

const updateLimits = action({
  name: "service:update",
  method: "PATCH",
  path: "/services/:id",
  title: "Change the limits of a container, also while it runs",
  tag,
  permission: "services:control",
  params: serviceParams,
  body: limitsBody,
  mode: "respond",
  result,
  target: serviceTarget,
  detail: ({ body }) => Object.keys(body).join(", "),
  apply: async ({ body }, context) => {
    await context.deps.docker.lifecycle.update(context.subject.id, body);
    return viewAfter(context.subject, context);
  },
});

export const serviceActions = [
  startService,
  stopService,
  restartService,
  removeService,
  pauseService,
  unpauseService,
  killService,
  renameService,
  updateLimits,
  recreateService,
] as const;
