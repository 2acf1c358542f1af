import Cpu from "lucide-solid/icons/cpu";
import { createMemo } from "solid-js";
import { processHref } from "../../lib/addresses.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import type { CommandAction, CommandSource } from "../../shell/commands.ts";
import { togetherLog } from "../logs/log-together.ts";
import { createDeploymentActions } from "./deployment-actions.ts";
import { actionLabels, type DeploymentActionName, deploymentName, isUp } from "./deployment-list.ts";
import { commandMessages as texts } from "./messages.ts";

/** PM2 processes, and what can be done with each. */
export const createDeploymentCommands: CommandSource = ({ open }) => {
  const session = useSession();
  const actions = createDeploymentActions();
  const deployments = useCachedList(
    queryKeys.deployments,
    ({ signal }) => api.deployments.list(signal),
    () => session.may("deployments:view"),
  );
  return createMemo(() =>
    (deployments.data?.deployments ?? []).map((deployment) => {
      const act = (action: DeploymentActionName): CommandAction => ({
        verb: actionLabels[action].verb,
        name: `deployment:${action === "delete" ? "remove" : action}`,
        run: () => void (action === "delete" ? actions.remove(deployment) : actions.act(deployment, action)),
      });
      const href = processHref(deployment.id);
      return {
        id: `process:${deployment.id}`,
        label: deploymentName(deployment),
        group: texts.group,
        words: deployment.script,
        icon: Cpu,
        run: () => open(href),
        actions: [
          { verb: texts.log, run: () => open(href), together: togetherLog("process", deployment.id, open) },
          ...(isUp(deployment) ? (["restart", "stop"] as const) : (["start"] as const)).map(act),
          ...(isUp(deployment) && deployment.mode === "cluster" ? [act("reload")] : []),
          act("delete"),
        ],
      };
    }),
  );
};
