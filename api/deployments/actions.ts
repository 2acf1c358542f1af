import { z } from "zod";
import { nameOfDeployment } from "../../shared/pm2/deployment-id.ts";
import { daemonOfDeployment, OWN_DAEMON } from "../../shared/protocol/daemon-key.ts";
import {
  type Deployment,
  type DeploymentAction,
  deploymentSchema,
  scaleDeploymentBody,
  signalDeploymentBody,
} from "../../shared/protocol/deployment.ts";
import {
  changeRotationBody,
  panelRotationSchema,
  triggerDeploymentBody,
  triggerResultSchema,
} from "../../shared/protocol/deployment-details.ts";
import { deploymentId } from "../../shared/protocol/identifier.ts";
import { processListSchema, saveProcessListBody } from "../../shared/protocol/process-list.ts";
import { type ActionContext, type ActionTarget, type ApplyContext, action } from "../actions/action.ts";
import { hostTarget } from "../actions/host-target.ts";
import { findDeployment, refuseOwn, requireVisible } from "./find.ts";

export const deploymentParams = z.object({
  id: deploymentId.describe(
    "The exact PM2 name, or `namespace/name` outside the `default` namespace; `user:` precedes for another user's daemon.",
  ),
});

/** Notifies the namespace of a changed list, and the room of the processes of their status. */
function notifyChange(
  { realtime }: ActionContext["deps"],
  id: string,
  status: Deployment["status"] | "deleted",
  verb: string,
): void {
  const timestamp = new Date().toISOString();
  const names = { deploymentId: id, pm2Name: nameOfDeployment(id) };
  realtime.emitToWS("deployments", "deployments:changed", { ...names, action: verb, timestamp });
  realtime.emitToDeployment(id, "status", { ...names, status, timestamp });
}

/** Actions on one app run one after the other, and not while the list of its daemon is saved. */
const processKey = (id: string) => `process:${id}`;
export const processListKey = (daemon: string) => `processes:${daemon}`;

/** All processes of one id, which the audit trail names also when PM2 has none of them. */
export const processTarget: ActionTarget<{ params: { id: string } }, string> = {
  resolve({ params: { id } }, { principal }) {
    requireVisible(principal, id);
    return id;
  },
  label: (id) => id,
  processes: (id) => [id],
  locks: (id) => ({ exclusive: [processKey(id)], shared: [processListKey(daemonOfDeployment(id))] }),
  notify({ verb, subject: id, result }, { deps }) {
    const deployment = result?.deployment as Deployment | undefined;
    if (deployment) notifyChange(deps, id, deployment.status, verb);
  },
};

const act =
  (verb: DeploymentAction) =>
  async (_input: unknown, { subject: id, deps: { processes } }: ApplyContext<string>) => {
    await findDeployment(processes, id);
    if (verb === "stop") refuseOwn(id);
    await processes.act(id, verb);
    return { deployment: await findDeployment(processes, id) };
  };

const onProcesses = { tag: "Processes", params: deploymentParams, mode: "respond", target: processTarget } as const;
/** An action that leaves the processes in place, and responds with their new state. */
const control = {
  ...onProcesses,
  permission: "deployments:control",
  result: { deployment: deploymentSchema },
} as const;

const startDeployment = action({
  ...control,
  name: "deployment:start",
  method: "POST",
  path: "/deployments/:id/start",
  title: "Start what is stopped",
  apply: act("start"),
});

const stopDeployment = action({
  ...control,
  name: "deployment:stop",
  method: "POST",
  path: "/deployments/:id/stop",
  title: "Stop every process of the name",
  apply: act("stop"),
});

const restartDeployment = action({
  ...control,
  name: "deployment:restart",
  method: "POST",
  path: "/deployments/:id/restart",
  title: "Restart every process of the name",
  apply: act("restart"),
});

const reloadDeployment = action({
  ...control,
  name: "deployment:reload",
  method: "POST",
  path: "/deployments/:id/reload",
  title: "Reload one process after the other",
  description: "Without downtime in cluster mode; a restart in fork mode.",
  apply: act("reload"),
});

const removeDeployment = action({
  ...onProcesses,
  name: "deployment:remove",
  method: "DELETE",
  path: "/deployments/:id",
  title: "Stop every process of the name and remove it from the list of PM2",
  description:
    "Can be taken back for an hour, while the API runs: settings, environment and number of instances come back, counts and numbers of PM2 do not.",
  permission: "deployments:remove",
  apply: async (_input, { subject: id, deps: { processes } }) => {
    await findDeployment(processes, id);
    refuseOwn(id);
    await processes.remove(id);
    return {};
  },
  undo: async ({ subject: id, deps: { processes } }) => {
    await processes.restore(id);
    return { deployment: await findDeployment(processes, id) };
  },
  notify: ({ subject: id, error, result }, { deps }) => {
    if (error !== undefined) return;
    const restored = result?.deployment as Deployment | undefined;
    notifyChange(deps, id, restored?.status ?? "deleted", restored ? "start" : "delete");
  },
});

const scaleDeployment = action({
  ...control,
  name: "deployment:scale",
  method: "POST",
  path: "/deployments/:id/scale",
  title: "Change the number of instances",
  description:
    "For apps in cluster mode. Further instances are copies of a running one; what does not run is deleted first, then the newest. " +
    "Responds with 202 and the job when it takes longer than two seconds.",
  body: scaleDeploymentBody,
  mode: "respond-or-enqueue",
  detail: ({ body }) => `to ${body.instances}`,
  apply: async ({ body }, { subject: id, deps: { processes }, job }) => {
    await findDeployment(processes, id);
    refuseOwn(id);
    const step = { id: "scale", label: "Change the number of instances" };
    await processes.scale(id, body.instances, (current, total) => {
      job.step({ ...step, state: current < total ? "running" : "done", current, total });
      job.signal.throwIfAborted();
    });
    return { deployment: await findDeployment(processes, id) };
  },
});

const resetDeployment = action({
  ...control,
  name: "deployment:reset",
  method: "POST",
  path: "/deployments/:id/reset",
  title: "Set the counts of restarts to zero",
  apply: async (_input, { subject: id, deps: { processes } }) => {
    await processes.resetCounts(id);
    return { deployment: await findDeployment(processes, id) };
  },
});

const signalDeployment = action({
  ...control,
  name: "deployment:signal",
  method: "POST",
  path: "/deployments/:id/signal",
  title: "Send a signal to every running process of the name",
  description: "PM2 starts again what ends by a signal. Refused unless PM2's daemon is the parent of the process.",
  body: signalDeploymentBody,
  // A signal often ends what holds the lock: a stop that waits.
  locks: () => ({ exclusive: [] }),
  detail: ({ body }) => body.signal,
  apply: async ({ body }, { subject: id, deps: { processes } }) => {
    await findDeployment(processes, id);
    refuseOwn(id);
    await processes.signal(id, body.signal);
    return { deployment: await findDeployment(processes, id) };
  },
});

const flushDeployment = action({
  ...onProcesses,
  name: "deployment:flush",
  method: "POST",
  path: "/deployments/:id/flush",
  title: "Empty the log files of the name",
  description: "Refused when another process writes into one of the files. Rotated files stay.",
  permission: "deployments:remove",
  result: { bytes: z.int().describe("Bytes that were deleted.") },
  apply: async (_input, { subject: id, deps: { processes } }) => ({ bytes: await processes.emptyLogs(id) }),
});

const deletesLogs = { ...onProcesses, permission: "deployments:remove" } as const;

const changeRotation = action({
  ...deletesLogs,
  name: "deployment:rotation",
  method: "PUT",
  path: "/deployments/:id/rotation",
  title: "Change how the panel rotates the log files of the name",
  description:
    "Off by default. Only for apps whose logs neither pm2-logrotate nor a rule of logrotate rotates. Files are checked " +
    "every 30 seconds. Files of another user are rotated as this user.",
  body: changeRotationBody,
  result: { rotation: panelRotationSchema },
  detail: ({ body: { setting } }) =>
    setting ? `at ${Math.round(setting.maxBytes / 1_048_576)} MiB, ${setting.kept} kept` : "off",
  apply: async ({ body }, { subject: id, deps: { panelRotation } }) => ({
    rotation: await panelRotation.change(id, body.setting),
  }),
  undo: async ({ subject: id, deps: { panelRotation } }) => ({ rotation: await panelRotation.restore(id) }),
});

const rotateLogs = action({
  ...deletesLogs,
  name: "deployment:rotate",
  method: "POST",
  path: "/deployments/:id/rotate",
  title: "Rotate the log files of the name now",
  description:
    "As the panel's own rotation is set, which must be on. What is left in a file is less than a few blocks.",
  mode: "respond-or-enqueue",
  result: { bytes: z.int().describe("Bytes that were moved to rotated files.") },
  apply: async (_input, { subject: id, deps: { panelRotation } }) => ({ bytes: await panelRotation.rotate(id) }),
});

const triggerDeployment = action({
  ...onProcesses,
  name: "deployment:trigger",
  method: "POST",
  path: "/deployments/:id/trigger",
  title: "Run a custom action of the app in every running process of the name",
  description: "One of the `actions` of `GET /deployments/{id}/details`. Waits 10 s for the replies, which are masked.",
  permission: "deployments:control",
  body: triggerDeploymentBody,
  result: { results: z.array(triggerResultSchema) },
  detail: ({ body }) => body.action,
  apply: async ({ body }, { subject: id, deps: { processes } }) => ({
    results: await processes.trigger(id, body.action, body.argument),
  }),
});

const labelOfDaemon = (key: string): string => (key === OWN_DAEMON ? "PM2" : `PM2 of ${key}`);

const saveProcessList = action({
  name: "process-list:save",
  method: "POST",
  path: "/process-list/save",
  title: "Save the list of a PM2 daemon, which it starts again after a reboot",
  description:
    "As `pm2 save` of its user: PM2's file contains every environment in clear. Refused when the list changed since it was read.",
  tag: "Processes",
  permission: "deployments:control",
  fullScope: true,
  body: saveProcessListBody,
  mode: "respond",
  result: { list: processListSchema },
  target: hostTarget(
    ({ body }: { body: z.output<typeof saveProcessListBody> }) => labelOfDaemon(body.daemon),
    ({ body }) => ({ exclusive: [processListKey(body.daemon)] }),
  ),
  apply: async ({ body }, { deps: { processes } }) => {
    const daemon = await processes.daemon(body.daemon);
    await daemon.saveList(body.revision);
    return { list: await daemon.savedState() };
  },
});

export const deploymentActions = [
  startDeployment,
  stopDeployment,
  restartDeployment,
  reloadDeployment,
  removeDeployment,
  scaleDeployment,
  resetDeployment,
  signalDeployment,
  flushDeployment,
  changeRotation,
  rotateLogs,
  triggerDeployment,
  saveProcessList,
] as const;
