import { deploymentIdOf, partsOfDeployment } from "../../shared/pm2/deployment-id.ts";
import { daemonOfDeployment } from "../../shared/protocol/daemon-key.ts";
import {
  createDeploymentBody,
  createdDeploymentSchema,
  newProcessName,
  newProcessNamespace,
} from "../../shared/protocol/process-create.ts";
import { AppError, describeIssues } from "../../shared/server/errors.ts";
import { action } from "../actions/action.ts";
import { deploymentParams, processTarget } from "./actions.ts";
import { findDeployment } from "./find.ts";
import { messages } from "./messages.ts";

/** Time for PM2 to start all instances, and for each to run for a second. */
const LIMIT_MS = 90_000;

// Step-up: it says what program this host runs.
const createDeployment = action({
  name: "deployment:create",
  method: "PUT",
  path: "/deployments/:id",
  title: "Create a process and start it",
  description:
    "The id is the new name, or `namespace/name`, as `POST /process-list/preview` returns it. Runs the program without a shell, with the " +
    "given environment and the usual variables of the user. Waits until it has run for a second; one that does not is removed again, " +
    "and the last lines of its output are the `detail` of the error. " +
    "Needs a fresh proof: see `POST /api/session/proof`. An API key needs the scope `deployments:create` itself.",
  tag: "Processes",
  permission: "deployments:create",
  fullScope: true,
  stepUp: "scoped-keys",
  params: deploymentParams,
  body: createDeploymentBody,
  mode: "respond",
  status: 201,
  timeLimitMs: LIMIT_MS,
  result: createdDeploymentSchema,
  target: processTarget,
  // Never the arguments, which may be secrets.
  detail: ({ body }) => `runs ${body.script}`.slice(0, 200),
  apply: async ({ body }, { subject: id, deps: { processes } }) => {
    requireNewId(id);
    const notes = await processes.create(id, body);
    return { deployment: await findDeployment(processes, id), notes };
  },
  undo: async ({ subject: id, deps: { processes } }) => {
    await findDeployment(processes, id);
    await processes.remove(id);
    return {};
  },
  notify: (outcome, context) => {
    if (outcome.error !== undefined) return;
    return processTarget.notify?.(outcome, context);
  },
});

/** @throws AppError `invalid_input`, for a name that PM2's commands would take for something else */
function requireNewId(id: string): void {
  const { namespace, name } = partsOfDeployment(id);
  for (const checked of [newProcessName.safeParse(name), newProcessNamespace.safeParse(namespace)]) {
    if (checked.error) throw new AppError("invalid_input", describeIssues(checked.error));
  }
  if (deploymentIdOf(namespace, name, daemonOfDeployment(id)) !== id)
    throw new AppError("invalid_input", messages.otherId);
}

export const createDeploymentActions = [createDeployment] as const;
