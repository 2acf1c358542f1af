import Plug from "lucide-solid/icons/plug";
import { type JSX, Show } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { EmptyState } from "../../../ui/index.ts";
import { offerMessages as texts } from "./messages.ts";

/** What only a running server can show. */
export function RunningOnly(props: { server: McpServer; children: JSX.Element }) {
  return (
    <Show
      when={props.server.status === "running"}
      fallback={
        <EmptyState
          icon={<Plug size={18} />}
          tone={props.server.status === "failed" ? "bad" : "neutral"}
          title={props.server.status === "starting" ? texts.starting : texts.notRunning}
        >
          {props.server.message ?? texts.notRunningHint}
        </EmptyState>
      }
    >
      {props.children}
    </Show>
  );
}
