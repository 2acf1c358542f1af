import Cpu from "lucide-solid/icons/cpu";
import Plus from "lucide-solid/icons/plus";
import Save from "lucide-solid/icons/save";
import { createMemo } from "solid-js";
import { OWN_DAEMON } from "../../../../shared/protocol/daemon-key.ts";
import type { Deployment, DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import { processHref } from "../../lib/addresses.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { lazy } from "../../lib/load-part.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import type { CommandAction, CommandContext, CommandSource } from "../../shell/commands.ts";
import { togetherLog } from "../logs/log-together.ts";
import { createDeploymentActions, type DeploymentActions } from "./deployment-actions.ts";
import { actionLabels, deploymentName, isOffered, isScalable, isUp } from "./deployment-list.ts";
import { commandMessages as texts } from "./messages.ts";

const ScaleDialog = lazy(async () => ({ default: (await import("./ScaleDialog.tsx")).ScaleDialog }));
const ProcessSignalDialog = lazy(async () => ({
  default: (await import("./ProcessSignalDialog.tsx")).ProcessSignalDialog,
}));

const CreateProcessDialog = lazy(async () => ({
  default: (await import("./create/CreateProcessDialog.tsx")).CreateProcessDialog,
}));
const SaveListDialog = lazy(async () => ({ default: (await import("./RebootDialog.tsx")).SaveListDialog }));

/** PM2 processes, and what can be done with each. */
export const createDeploymentCommands: CommandSource = ({ open, show }) => {
  const session = useSession();
  const actions = createDeploymentActions();
  const deployments = useCachedList(
    queryKeys.deployments,
    ({ signal }) => api.deployments.list(signal),
    () => session.may("deployments:view"),
  );
  const create = () =>
    show((close) => (
      <CreateProcessDialog
        onClose={close}
        onCreated={(id) => {
          close();
          open(processHref(id));
        }}
      />
    ));
  return createMemo(() => [
    ...(deployments.data?.deployments ?? []).map((deployment) => {
      const act = (action: DeploymentAction | "delete"): CommandAction => ({
        verb: actionLabels[action].verb,
        name: `deployment:${action === "delete" ? "remove" : action}`,
        run: () => void (action === "delete" ? actions.remove(deployment) : actions.act(deployment, action)),
      });
      const href = processHref(deployment.id);
      return {
        id: `process:${deployment.id}`,
        label: deploymentName(deployment),
        group: texts.group,
        words: `${deployment.script} ${deployment.user}`,
        icon: Cpu,
        run: () => open(href),
        actions: [
          { verb: texts.log, run: () => open(href), together: togetherLog("process", deployment.id, open) },
          ...(isUp(deployment) ? (["restart", "stop"] as const) : (["start"] as const))
            .filter((action) => isOffered(deployment, action))
            .map(act),
          ...(isUp(deployment) && deployment.mode === "cluster" && isOffered(deployment, "reload")
            ? [act("reload")]
            : []),
          ...further(deployment, actions, show),
          ...(isOffered(deployment, "delete") ? [act("delete")] : []),
        ],
      };
    }),
    {
      id: "process:create",
      label: texts.create,
      group: texts.group,
      icon: Plus,
      name: "deployment:create",
      run: create,
    },
    {
      id: "process-list:save",
      label: texts.saveList,
      group: texts.group,
      words: texts.saveListWords,
      icon: Save,
      name: "process-list:save",
      run: () => show((close) => <SaveListDialog daemon={OWN_DAEMON} user={null} readOnly={false} onClose={close} />),
    },
  ]);
};

function further(deployment: Deployment, actions: DeploymentActions, show: CommandContext["show"]): CommandAction[] {
  const scale: CommandAction = {
    verb: actionLabels.scale.verb,
    name: "deployment:scale",
    run: () => show((onClose) => <ScaleDialog deployment={deployment} actions={actions} onClose={onClose} />),
  };
  const signal: CommandAction = {
    verb: actionLabels.signal.verb,
    name: "deployment:signal",
    run: () => show((onClose) => <ProcessSignalDialog deployment={deployment} actions={actions} onClose={onClose} />),
  };
  const reset = {
    verb: actionLabels.reset.verb,
    name: "deployment:reset",
    run: () => void actions.reset(deployment),
  } as const;
  const flush = {
    verb: actionLabels.flush.verb,
    name: "deployment:flush",
    run: () => void actions.flush(deployment),
  } as const;
  return [
    ...(isScalable(deployment) ? [scale] : []),
    ...(isUp(deployment) && isOffered(deployment, "signal") ? [signal] : []),
    ...(isOffered(deployment, "reset") ? [reset, flush] : []),
  ];
}
