import { createMemo, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { useSession } from "../../lib/session.ts";
import { runForAll } from "../../resource/run-for-all.ts";
import { SelectionBar } from "../../resource/SelectionBar.tsx";
import type { Selection } from "../../resource/selection.ts";
import { Button, confirm } from "../../ui/index.ts";
import { LogSelectionLinks } from "../logs/LogSelectionLinks.tsx";
import type { DeploymentActions } from "./deployment-actions.ts";
import { actionLabels, deploymentName, isOffered, isUp } from "./deployment-list.ts";
import { bulkMessages, deploymentMessages } from "./messages.ts";

export interface DeploymentBulkBarProps {
  /** The rows that are shown. */
  deployments: readonly Deployment[];
  selection: Selection;
  actions: DeploymentActions;
}

/** Names in the confirmation; the rest is counted. */
const NAMES_SHOWN = 6;

/** Logs of the selected processes, and one action for all of them. Each reports its own result. */
export function DeploymentBulkBar(props: DeploymentBulkBarProps) {
  const session = useSession();
  const selected = createMemo(() => props.deployments.filter(({ id }) => props.selection.has(id)));
  const up = () => selected().filter(isUp);
  const down = () => selected().filter((deployment) => !isUp(deployment));
  const run = (deployments: readonly Deployment[], act: (deployment: Deployment) => Promise<void>) => {
    props.selection.clear();
    runForAll(deployments, act);
  };
  const removable = () => selected().filter((deployment) => isOffered(deployment, "delete"));
  const remove = async () => {
    const deployments = removable();
    const names = deployments.slice(0, NAMES_SHOWN).map(deploymentName);
    const yes = await confirm({
      title: bulkMessages.deleteTitle(deployments.length),
      body: bulkMessages.deleteBody(names.join(", "), deployments.length - names.length),
      action: actionLabels.delete.verb,
      danger: true,
    });
    if (yes) run(deployments, props.actions.removeAsked);
  };
  const button = (action: "start" | "stop" | "restart" | "reset", deployments: () => readonly Deployment[]) => {
    const offered = () => deployments().filter((deployment) => isOffered(deployment, action));
    const act = (deployment: Deployment) =>
      action === "reset" ? props.actions.reset(deployment) : props.actions.act(deployment, action);
    return (
      <Button size="sm" disabled={offered().length === 0} onClick={() => run(offered(), act)}>
        {actionLabels[action].verb}
      </Button>
    );
  };
  return (
    <SelectionBar label={deploymentMessages.selected} count={selected().length} onClear={props.selection.clear}>
      <LogSelectionLinks processes={selected().map(({ id }) => id)} />
      <Show when={session.may("deployments:control")}>
        {button("start", down)}
        {button("stop", up)}
        {button("restart", up)}
        {button("reset", selected)}
      </Show>
      <Show when={session.may("deployments:remove")}>
        <Button size="sm" variant="danger" disabled={removable().length === 0} onClick={() => void remove()}>
          {actionLabels.delete.verb}
        </Button>
      </Show>
    </SelectionBar>
  );
}
