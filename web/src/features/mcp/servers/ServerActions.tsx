import Play from "lucide-solid/icons/play";
import Square from "lucide-solid/icons/square";
import Trash from "lucide-solid/icons/trash";
import { Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { session } from "../../../lib/session.ts";
import { IconButton } from "../../../ui/index.ts";
import type { McpDeeds } from "./mcp-actions.ts";

/** The buttons a person may use on an MCP server; none for those who may only look. */
export function ServerActions(props: { server: McpServer; deeds: McpDeeds; size?: "sm" | "md" }) {
  const pending = () => props.deeds.pending(props.server);
  const size = () => props.size ?? "sm";
  return (
    <span class="row-actions">
      <Show when={session.may("mcp:control")}>
        <Show
          when={props.server.status === "running" || props.server.status === "starting"}
          fallback={
            <IconButton
              size={size()}
              label={`Start ${props.server.name}`}
              icon={<Play size={14} />}
              busy={pending() === "start"}
              disabled={pending() !== undefined}
              onClick={() => void props.deeds.start(props.server)}
            />
          }
        >
          <IconButton
            size={size()}
            label={`Stop ${props.server.name}`}
            icon={<Square size={13} />}
            busy={pending() === "stop"}
            disabled={pending() !== undefined}
            onClick={() => void props.deeds.stop(props.server)}
          />
        </Show>
      </Show>
      <Show when={session.may("mcp:manage")}>
        <IconButton
          size={size()}
          label={`Delete ${props.server.name}`}
          icon={<Trash size={14} />}
          busy={pending() === "delete"}
          disabled={pending() !== undefined}
          onClick={() => void props.deeds.remove(props.server)}
        />
      </Show>
    </span>
  );
}
