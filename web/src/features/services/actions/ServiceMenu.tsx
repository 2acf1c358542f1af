import Ellipsis from "lucide-solid/icons/ellipsis";
import { createSignal, Match, Switch } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { useSession } from "../../../lib/session.ts";
import { Menu, type MenuEntry } from "../../../ui/index.ts";
import { menuMessages } from "../messages.ts";
import { isUp } from "../service-state.ts";
import { LimitsDialog } from "./LimitsDialog.tsx";
import { RenameServiceDialog } from "./RenameServiceDialog.tsx";
import { SignalDialog } from "./SignalDialog.tsx";
import type { ServiceActions } from "./service-actions.ts";

export interface ServiceMenuProps {
  service: Service;
  actions: ServiceActions;
  size?: "sm" | "md";
}

/** Menu with the less common actions on a container. */
export function ServiceMenu(props: ServiceMenuProps) {
  const session = useSession();
  const [dialog, setDialog] = createSignal<"signal" | "rename" | "limits" | null>(null);
  const close = () => setDialog(null);
  const up = () => isUp(props.service.state);
  const items = (): MenuEntry[] => [
    props.service.state === "paused"
      ? { label: menuMessages.resume, onSelect: () => void props.actions.unpause(props.service) }
      : {
          label: menuMessages.pause,
          disabled: props.service.state !== "running",
          onSelect: () => void props.actions.pause(props.service),
        },
    { label: menuMessages.signal, disabled: !up(), onSelect: () => setDialog("signal") },
    "separator",
    ...(session.principal()?.limits.services === null
      ? [{ label: menuMessages.rename, onSelect: () => setDialog("rename") } satisfies MenuEntry]
      : []),
    { label: menuMessages.limits, onSelect: () => setDialog("limits") },
    { label: menuMessages.recreate, onSelect: () => void props.actions.askRecreate(props.service) },
  ];
  return (
    <>
      <Menu
        icon
        size={props.size ?? "sm"}
        label={`More for ${props.service.name}`}
        trigger={<Ellipsis size={15} />}
        items={items()}
      />
      <Switch>
        <Match when={dialog() === "signal"}>
          <SignalDialog service={props.service} actions={props.actions} onClose={close} />
        </Match>
        <Match when={dialog() === "rename"}>
          <RenameServiceDialog service={props.service} actions={props.actions} onClose={close} />
        </Match>
        <Match when={dialog() === "limits"}>
          <LimitsDialog service={props.service} actions={props.actions} onClose={close} />
        </Match>
      </Switch>
    </>
  );
}
