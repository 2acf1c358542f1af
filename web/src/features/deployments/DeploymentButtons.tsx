import ListRestart from "lucide-solid/icons/list-restart";
import Play from "lucide-solid/icons/play";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { type JSX, Show } from "solid-js";
import type { Deployment, DeploymentAction } from "../../../../shared/protocol/deployment.ts";
import { useSession } from "../../lib/session.ts";
import { IconButton } from "../../ui/index.ts";
import { DeploymentMenu } from "./DeploymentMenu.tsx";
import type { DeploymentActions } from "./deployment-actions.ts";
import { actionLabels, isOffered, isUp } from "./deployment-list.ts";

export interface DeploymentButtonsProps {
  deployment: Deployment;
  actions: DeploymentActions;
  size?: "sm" | "md";
}

/** The buttons a person may use on a deployment; none for those who may only look. */
export function DeploymentButtons(props: DeploymentButtonsProps) {
  const session = useSession();
  const act = (action: DeploymentAction | "delete") =>
    void (action === "delete" ? props.actions.remove(props.deployment) : props.actions.act(props.deployment, action));
  const button = (action: DeploymentAction | "delete", icon: JSX.Element) => (
    <IconButton
      size={props.size ?? "sm"}
      label={`${actionLabels[action].verb} ${props.deployment.name}`}
      icon={icon}
      busy={props.actions.pending(props.deployment) === action}
      disabled={props.actions.pending(props.deployment) !== undefined}
      onClick={() => act(action)}
    />
  );
  return (
    <span class="row-actions">
      <Show when={session.may("deployments:control") && !props.deployment.readOnly}>
        <Show when={isUp(props.deployment)} fallback={button("start", <Play size={14} />)}>
          <Show when={props.deployment.mode === "cluster"}>
            <span class="deployment-wide-action">{button("reload", <ListRestart size={14} />)}</span>
          </Show>
          {button("restart", <RotateCw size={14} />)}
          <Show when={isOffered(props.deployment, "stop")}>{button("stop", <Square size={13} />)}</Show>
        </Show>
      </Show>
      <Show when={session.may("deployments:remove") && isOffered(props.deployment, "delete")}>
        <span class="deployment-wide-action">{button("delete", <Trash size={14} />)}</span>
      </Show>
      <DeploymentMenu deployment={props.deployment} actions={props.actions} size={props.size} />
    </span>
  );
}
