import { createSignal, Show, Suspense } from "solid-js";
import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import { lazy } from "../../../lib/load-part.ts";
import { Segmented, Skeleton } from "../../../ui/index.ts";
import type { ToolCall } from "../tools/call-history.ts";
import { ToolResultView } from "../tools/ToolResultView.tsx";
import type { ToolResult } from "../tools/tool-result.ts";
import { appMessages as texts } from "./messages.ts";

const AppFrame = lazy(() => import("./AppFrame.tsx"));

export interface ResultViewsProps {
  serverId: string;
  /** The tool, which names an app. */
  tool: McpTool;
  tools: readonly McpTool[];
  call: ToolCall;
  result: ToolResult;
}

/** A result as text, and on request as the app of the server. */
export function ResultViews(props: ResultViewsProps) {
  const [view, setView] = createSignal<"text" | "app">("text");
  let teardown: (() => Promise<void>) | undefined;
  const choose = async (next: "text" | "app") => {
    // The app may save something before its frame is gone.
    if (next === "text") await teardown?.();
    teardown = undefined;
    setView(next);
  };
  return (
    <>
      <div>
        <Segmented
          label={texts.view}
          value={view()}
          options={(["text", "app"] as const).map((value) => ({ value, label: texts.views[value] }))}
          onChange={(next) => void choose(next)}
        />
      </div>
      <Show when={view() === "app"} fallback={<ToolResultView result={props.result} />}>
        <Suspense fallback={<Skeleton lines={4} />}>
          <AppFrame
            serverId={props.serverId}
            tool={props.tool}
            tools={props.tools}
            arguments={props.call.arguments}
            result={props.call.response}
            onRunning={(ends) => {
              teardown = ends;
            }}
          />
        </Suspense>
      </Show>
    </>
  );
}
