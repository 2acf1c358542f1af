import Ellipsis from "lucide-solid/icons/ellipsis";
import { createSignal, Match, Show, Switch } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Menu, type MenuEntry } from "../../ui/index.ts";
import type { DeploymentActions } from "./deployment-actions.ts";
import { isOffered, isScalable, isUp } from "./deployment-list.ts";
import { menuMessages as texts } from "./messages.ts";
import { ProcessSignalDialog } from "./ProcessSignalDialog.tsx";
import { ScaleDialog } from "./ScaleDialog.tsx";

export interface DeploymentMenuProps {
  deployment: Deployment;
  actions: DeploymentActions;
  size?: "sm" | "md";
}

/** Menu with the less common actions on a deployment; nothing for those who may only look. */
export function DeploymentMenu(props: DeploymentMenuProps) {
  const session = useSession();
  const [dialog, setDialog] = createSignal<"scale" | "signal" | null>(null);
  const close = () => setDialog(null);
  const items = (): MenuEntry[] => [
    ...(isScalable(props.deployment) ? [{ label: texts.scale, onSelect: () => setDialog("scale") }] : []),
    ...(isOffered(props.deployment, "signal")
      ? [{ label: texts.signal, disabled: !isUp(props.deployment), onSelect: () => setDialog("signal") }]
      : []),
    { label: texts.reset, onSelect: () => void props.actions.reset(props.deployment) },
    ...(session.may("deployments:remove")
      ? [
          "separator" as const,
          { label: texts.flush, danger: true, onSelect: () => void props.actions.flush(props.deployment) },
        ]
      : []),
  ];
  return (
    <Show when={session.may("deployments:control") && !props.deployment.readOnly}>
      <Menu
        icon
        size={props.size ?? "sm"}
        label={texts.more(visibleName(props.deployment.name))}
        trigger={<Ellipsis size={15} />}
        items={items()}
      />
      <Switch>
        <Match when={dialog() === "scale"}>
          <ScaleDialog deployment={props.deployment} actions={props.actions} onClose={close} />
        </Match>
        <Match when={dialog() === "signal"}>
          <ProcessSignalDialog deployment={props.deployment} actions={props.actions} onClose={close} />
        </Match>
      </Switch>
    </Show>
  );
}
