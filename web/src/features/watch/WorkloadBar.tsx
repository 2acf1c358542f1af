import { For, Show } from "solid-js";
import { runForAll } from "../../resource/run-for-all.ts";
import { SelectionBar } from "../../resource/SelectionBar.tsx";
import { Button } from "../../ui/Button.tsx";
import { LogSelectionLinks } from "../logs/LogSelectionLinks.tsx";
import { workloadMessages as texts } from "./messages.ts";
import {
  actionsFor,
  createTargetActions,
  type TargetAction,
  targetVerbs,
  type WorkloadTarget,
} from "./target-actions.ts";

const actions = ["start", "stop", "restart"] as const satisfies readonly TargetAction[];

/** A part of the panel asks first, and there is one question at a time. */
const asks = (target: WorkloadTarget) => target.kind === "process" && target.deployment.own;

/** Logs of the selected containers and processes, and one action for all that are selected and can take it. */
export function WorkloadBar(props: { targets: readonly WorkloadTarget[]; onClear: () => void }) {
  const { act, mayControl } = createTargetActions();
  const taking = (action: TargetAction) =>
    props.targets.filter((target) => mayControl(target) && actionsFor(target).includes(action));
  const run = (action: TargetAction) => {
    const targets = taking(action);
    props.onClear();
    runForAll(
      targets.filter((target) => !asks(target)),
      (target) => act(target, action),
    );
    runForAll(targets.filter(asks), (target) => act(target, action), 1);
  };
  const containers = () => props.targets.flatMap((target) => (target.kind === "container" ? target.service.name : []));
  const processes = () => props.targets.flatMap((target) => (target.kind === "process" ? target.deployment.id : []));
  return (
    <SelectionBar label={texts.selected} count={props.targets.length} onClear={props.onClear}>
      <Show when={containers().length + processes().length > 0}>
        <LogSelectionLinks containers={containers()} processes={processes()} />
      </Show>
      <Show when={props.targets.some(mayControl)}>
        <For each={actions}>
          {(action) => (
            <Button size="sm" disabled={taking(action).length === 0} onClick={() => run(action)}>
              {targetVerbs[action]}
            </Button>
          )}
        </For>
      </Show>
    </SelectionBar>
  );
}
