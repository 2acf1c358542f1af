import Play from "lucide-solid/icons/play";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { session } from "../../lib/session.ts";
import { IconButton } from "../../ui/index.ts";
import { ServiceMenu } from "./ServiceMenu.tsx";
import type { ServiceDeeds } from "./service-actions.ts";
import { isUp } from "./service-state.ts";

export interface ServiceActionsProps {
  service: Service;
  deeds: ServiceDeeds;
  onRemove: (service: Service) => void;
  size?: "sm" | "md";
}

/** The buttons a person may use on a container; none for those who may only look. */
export function ServiceActions(props: ServiceActionsProps) {
  const pending = () => props.deeds.pending(props.service);
  const name = () => props.service.name;
  return (
    <span class="row-actions">
      <Show when={session.may("services:control")}>
        <Show
          when={isUp(props.service.state)}
          fallback={
            <IconButton
              size={props.size ?? "sm"}
              label={`Start ${name()}`}
              icon={<Play size={14} />}
              busy={pending() === "start"}
              disabled={pending() !== undefined}
              onClick={() => void props.deeds.act(props.service, "start")}
            />
          }
        >
          <IconButton
            size={props.size ?? "sm"}
            label={`Restart ${name()}`}
            icon={<RotateCw size={14} />}
            busy={pending() === "restart"}
            disabled={pending() !== undefined}
            onClick={() => void props.deeds.act(props.service, "restart")}
          />
          <IconButton
            size={props.size ?? "sm"}
            label={`Stop ${name()}`}
            icon={<Square size={13} />}
            busy={pending() === "stop"}
            disabled={pending() !== undefined}
            onClick={() => void props.deeds.act(props.service, "stop")}
          />
        </Show>
      </Show>
      <Show when={session.may("services:control") && props.size === "md"}>
        <ServiceMenu service={props.service} deeds={props.deeds} size="md" />
      </Show>
      <Show when={session.may("services:remove")}>
        <IconButton
          size={props.size ?? "sm"}
          label={`Remove ${name()}`}
          icon={<Trash size={14} />}
          busy={pending() === "remove"}
          disabled={pending() !== undefined}
          onClick={() => props.onRemove(props.service)}
        />
      </Show>
    </span>
  );
}
