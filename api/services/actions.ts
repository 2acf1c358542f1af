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

/** What every action on a container has in common. */
const onContainer = { tag: "Containers", params: serviceParams, target: serviceTarget } as const;
/** An action that leaves the container in place, and responds with its new state. */
const control = { ...onContainer, permission: "services:control", result: { service: serviceDetailSchema } } as const;
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
  ...control,
  name: "service:start",
  method: "POST",
  path: "/services/:id/start",
  title: "Start a container",
  description,
  mode: "respond-or-enqueue",
  apply: startStopOrRestart("start"),
});

const stopService = action({
  ...control,
  name: "service:stop",
  method: "POST",
  path: "/services/:id/stop",
  title: "Stop a container",
  description,
  mode: "respond-or-enqueue",
  apply: startStopOrRestart("stop"),
});

const restartService = action({
  ...control,
  name: "service:restart",
  method: "POST",
  path: "/services/:id/restart",
  title: "Restart a container",
  description,
  mode: "respond-or-enqueue",
  apply: startStopOrRestart("restart"),
});

const removeService = action({
  ...onContainer,
  name: "service:remove",
  method: "DELETE",
  path: "/services/:id",
  title: "Remove a container",
  description,
  permission: "services:remove",
  query: removeServiceQuery,
  mode: "respond-or-enqueue",
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
  ...control,
  name: "service:pause",
  method: "POST",
  path: "/services/:id/pause",
  title: "Pause the processes of a container",
  mode: "respond",
  apply: async (_input, context) => {
    await context.deps.docker.lifecycle.pause(context.subject.id);
    return viewAfter(context.subject, context);
  },
});

const unpauseService = action({
  ...control,
  name: "service:unpause",
  method: "POST",
  path: "/services/:id/unpause",
  title: "Resume a paused container",
  mode: "respond",
  apply: async (_input, context) => {
    await context.deps.docker.lifecycle.unpause(context.subject.id);
    return viewAfter(context.subject, context);
  },
});

const killService = action({
  ...control,
  name: "service:kill",
  method: "POST",
  path: "/services/:id/kill",
  title: "Send a signal to the main process of a container",
  body: killBody,
  mode: "respond",
  // A signal often ends what holds the lock: a stop, or the end of a whole stack.
  locks: () => ({ exclusive: [] }),
  detail: ({ body }) => body.signal,
  apply: async ({ body }, context) => {
    await context.deps.docker.lifecycle.kill(context.subject.id, body.signal);
    return viewAfter(context.subject, context);
  },
});

const renameService = action({
  ...control,
  name: "service:rename",
  method: "POST",
  path: "/services/:id/rename",
  title: "Rename a container",
  description: "Requires a scope of the whole host, because scopes refer to names.",
  hostScope: true,
  body: renameBody,
  mode: "respond",
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
  ...control,
  name: "service:update",
  method: "PATCH",
  path: "/services/:id",
  title: "Change the limits of a container, also while it runs",
  body: limitsBody,
  mode: "respond",
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
