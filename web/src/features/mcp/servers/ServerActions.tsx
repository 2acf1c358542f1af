import Pencil from "lucide-solid/icons/pencil";
import Play from "lucide-solid/icons/play";
import RotateCw from "lucide-solid/icons/rotate-cw";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { useSession } from "../../../lib/session.ts";
import { IconButton } from "../../../ui/index.ts";
import { mcpMessages } from "../messages.ts";
import type { McpActions } from "./mcp-actions.ts";

export interface ServerActionsProps {
  server: McpServer;
  actions: McpActions;
  /** Without it there is no button to edit. */
  onEdit?: (server: McpServer) => void;
  size?: "sm" | "md";
}

/** Whether there is something to stop: a run, or the next try of one that failed. */
const isUp = ({ status, restarts }: McpServer): boolean =>
  status === "running" || status === "starting" || status === "idle" || restarts.nextAt !== null;

/** The buttons the user may use on an MCP server; none without a permission to change it. */
export function ServerActions(props: ServerActionsProps) {
  const session = useSession();
  const pending = () => props.actions.pending(props.server);
  const size = () => props.size ?? "sm";
  return (
    <span class="row-actions">
      <Show when={session.may("mcp:control")}>
        <Show
          when={isUp(props.server)}
          fallback={
            <IconButton
              size={size()}
              label={`Start ${props.server.name}`}
              icon={<Play size={14} />}
              busy={pending() === "start"}
              disabled={pending() !== undefined}
              onClick={() => void props.actions.start(props.server)}
            />
          }
        >
          <Show when={props.server.status === "running"}>
            <IconButton
              size={size()}
              label={`Restart ${props.server.name}`}
              icon={<RotateCw size={14} />}
              busy={pending() === "restart"}
              disabled={pending() !== undefined}
              onClick={() => void props.actions.restart(props.server)}
            />
          </Show>
          <IconButton
            size={size()}
            label={`Stop ${props.server.name}`}
            icon={<Square size={13} />}
            busy={pending() === "stop"}
            disabled={pending() !== undefined}
            onClick={() => void props.actions.stop(props.server)}
          />
        </Show>
      </Show>
      <Show when={session.may("mcp:manage")}>
        <Show when={props.onEdit}>
          {(edit) => (
            <IconButton
              size={size()}
              label={mcpMessages.editTitle(props.server.name)}
              icon={<Pencil size={14} />}
              onClick={() => edit()(props.server)}
            />
          )}
        </Show>
        <IconButton
          size={size()}
          label={`Delete ${props.server.name}`}
          icon={<Trash size={14} />}
          busy={pending() === "delete"}
          disabled={pending() !== undefined}
          onClick={() => void props.actions.remove(props.server)}
        />
      </Show>
    </span>
  );
}
