import Play from "lucide-solid/icons/play";
import RefreshCw from "lucide-solid/icons/refresh-cw";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { type JSX, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { session } from "../../lib/session.ts";
import { IconButton } from "../../ui/index.ts";
import type { DeploymentDeeds } from "./deployment-actions.ts";
import { type DeploymentDeed, deedWords, isUp } from "./deployment-list.ts";

export interface DeploymentActionsProps {
  deployment: Deployment;
  deeds: DeploymentDeeds;
  size?: "sm" | "md";
}

/** The buttons a person may use on a deployment; none for those who may only look. */
export function DeploymentActions(props: DeploymentActionsProps) {
  const act = (deed: DeploymentDeed) =>
    void (deed === "delete" ? props.deeds.remove(props.deployment) : props.deeds.act(props.deployment, deed));
  const button = (deed: DeploymentDeed, icon: JSX.Element) => (
    <IconButton
      size={props.size ?? "sm"}
      label={`${deedWords[deed].verb} ${props.deployment.name}`}
      icon={icon}
      busy={props.deeds.pending(props.deployment) === deed}
      disabled={props.deeds.pending(props.deployment) !== undefined}
      onClick={() => act(deed)}
    />
  );
  return (
    <span class="row-actions">
      <Show when={session.may("deployments:control")}>
        <Show when={isUp(props.deployment)} fallback={button("start", <Play size={14} />)}>
          <Show when={props.deployment.mode === "cluster"}>{button("reload", <RefreshCw size={14} />)}</Show>
          {button("restart", <RotateCw size={14} />)}
          {button("stop", <Square size={13} />)}
        </Show>
      </Show>
      <Show when={session.may("deployments:remove")}>{button("delete", <Trash size={14} />)}</Show>
    </span>
  );
}
