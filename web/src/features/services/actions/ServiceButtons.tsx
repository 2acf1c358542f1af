import Play from "lucide-solid/icons/play";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { type JSX, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { useSession } from "../../../lib/session.ts";
import { IconButton } from "../../../ui/index.ts";
import { actionLabels, isUp } from "../service-state.ts";
import { ServiceMenu } from "./ServiceMenu.tsx";
import type { ServiceActions } from "./service-actions.ts";

export interface ServiceButtonsProps {
  service: Service;
  actions: ServiceActions;
  onRemove: (service: Service) => void;
  size?: "sm" | "md";
}

/** Buttons for the actions on a container; only those that the account may use. */
export function ServiceButtons(props: ServiceButtonsProps) {
  const session = useSession();
  const pending = () => props.actions.pending(props.service);
  const button = (action: "start" | "stop" | "restart" | "remove", icon: JSX.Element, run: () => unknown) => (
    <IconButton
      size={props.size ?? "sm"}
      label={`${actionLabels[action].verb} ${props.service.name}`}
      icon={icon}
      busy={pending() === action}
      disabled={pending() !== undefined}
      onClick={() => void run()}
    />
  );
  const act = (action: "start" | "stop" | "restart", icon: JSX.Element) =>
    button(action, icon, () => props.actions.act(props.service, action));
  return (
    <span class="row-actions">
      <Show when={session.may("services:control")}>
        <Show when={isUp(props.service.state)} fallback={act("start", <Play size={14} />)}>
          {act("restart", <RotateCw size={14} />)}
          {act("stop", <Square size={13} />)}
        </Show>
      </Show>
      <Show when={session.may("services:control") && props.size === "md"}>
        <ServiceMenu service={props.service} actions={props.actions} size="md" />
      </Show>
      <Show when={session.may("services:remove")}>
        {button("remove", <Trash size={14} />, () => props.onRemove(props.service))}
      </Show>
    </span>
  );
}
