import Plug from "lucide-solid/icons/plug";
import Wrench from "lucide-solid/icons/wrench";
import { createMemo, createSignal, Match, onCleanup, Show, Switch } from "solid-js";
import type { McpServer, McpTool } from "../../../../../shared/protocol/mcp.ts";
import { api } from "../../../lib/api.ts";
import { useLive } from "../../../lib/live-context.ts";
import { lazy } from "../../../lib/load-part.ts";
import { createTitle, joinTitle } from "../../../lib/page-title.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { createAddressName, createAddressText } from "../../../resource/address-value.ts";
import { EmptyState, ErrorState, Skeleton } from "../../../ui/index.ts";
import { mcpMessages, toolMessages as texts } from "../messages.ts";
import { OfferList } from "../offers/OfferList.tsx";
import { CallHistoryList } from "./CallHistoryList.tsx";
import type { CallHistory, ToolCall } from "./call-history.ts";
import { ToolPane } from "./ToolPane.tsx";
import type { Arguments } from "./tool-arguments.ts";

const SaveCallDialog = lazy(async () => ({ default: (await import("../saved/SaveCallDialog.tsx")).SaveCallDialog }));

/** The tools of a running server: finds one, fills in its form and calls it. */
export function ToolsTab(props: { server: McpServer; history: CallHistory }) {
  const running = () => props.server.status === "running";
  const query = useQuery(() => ({
    queryKey: queryKeys.mcpTools(props.server.id),
    queryFn: () => api.mcp.tools(props.server.id),
    enabled: running(),
  }));
  const { mcpWS } = useLive();
  onCleanup(mcpWS.on("tools:changed", ({ serverId }) => serverId === props.server.id && void query.refetch()));
  return (
    <Switch fallback={<Skeleton lines={6} />}>
      <Match when={!running()}>
        <EmptyState
          icon={<Plug size={18} />}
          tone={props.server.status === "failed" ? "bad" : "neutral"}
          title={props.server.status === "starting" ? texts.starting : texts.notRunning}
        >
          {props.server.message ?? texts.notRunningHint}
        </EmptyState>
      </Match>
      <Match when={query.error && !query.data}>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </Match>
      <Match when={query.data?.length === 0}>
        <EmptyState icon={<Wrench size={18} />} title={texts.none}>
          {texts.noneHint}
        </EmptyState>
      </Match>
      <Match when={query.data}>
        {(tools) => <Tools server={props.server} tools={tools()} history={props.history} />}
      </Match>
    </Switch>
  );
}

/** Changes with the fields of the tool's form. */
const keyOf = ({ name, inputSchema }: McpTool): string => JSON.stringify([name, inputSchema]);

function Tools(props: { server: McpServer; tools: readonly McpTool[]; history: CallHistory }) {
  const [filter, setFilter] = createAddressText("find");
  const [toolName, setToolName] = createAddressName("tool");
  /** Arguments of an earlier call of a tool, to start its form with. */
  const [repeated, setRepeated] = createSignal<{ name: string; again: Arguments } | null>(null);
  const entries = createMemo(() => props.tools.map((tool) => ({ ...tool, key: tool.name })));
  const [saving, setSaving] = createSignal<{ tool: string; args: Arguments } | null>(null);
  const find = (wanted: string | null | undefined) => props.tools.find(({ name }) => name === wanted);
  /** Without a choice the first, which stays when another one comes before it. */
  const current = createMemo<McpTool | undefined>(
    (before) => find(toolName()) ?? (toolName() === null ? find(before?.name) : undefined) ?? props.tools[0],
  );
  /** What a form is for. The list is read again at any time, which must not take away what was typed. */
  const form = createMemo(
    () => {
      const tool = current();
      const again = repeated();
      return tool && { again: again?.name === tool.name ? again : undefined, key: keyOf(tool) };
    },
    undefined,
    { equals: (one, other) => one?.key === other?.key && one?.again === other?.again },
  );
  const choose = (name: string) => {
    setRepeated(null);
    setToolName(name);
  };
  const again = (call: ToolCall) => {
    setRepeated({ name: call.tool, again: call.arguments });
    setToolName(call.tool);
  };
  createTitle(() => {
    const tool = toolName() === null ? undefined : current();
    return tool && joinTitle(visibleName(tool.title ?? tool.name), visibleName(props.server.name));
  });

  return (
    <>
      <OfferList
        label={mcpMessages.tools}
        find={texts.find}
        placeholder={texts.findIn(props.tools.length)}
        items={entries()}
        current={current()?.name}
        onOpen={choose}
        filter={filter()}
        onFilter={setFilter}
      >
        <Show when={form()} keyed>
          {({ again }) => (
            <Show when={current()}>
              {(tool) => (
                <ToolPane
                  tool={tool()}
                  again={again?.again}
                  history={props.history}
                  onSave={(args) => setSaving({ tool: tool().name, args })}
                />
              )}
            </Show>
          )}
        </Show>
        <CallHistoryList
          serverId={props.server.id}
          tools={props.tools}
          history={props.history}
          onAgain={again}
          onSave={(call) => setSaving({ tool: call.tool, args: call.arguments })}
        />
      </OfferList>
      <Show when={saving()} keyed>
        {({ tool, args }) => (
          <SaveCallDialog
            serverId={props.server.id}
            call={{ name: tool.slice(0, 128), method: "tools/call", params: { name: tool, arguments: args } }}
            outputSchema={props.tools.find(({ name }) => name === tool)?.outputSchema}
            onClose={() => setSaving(null)}
          />
        )}
      </Show>
    </>
  );
}
