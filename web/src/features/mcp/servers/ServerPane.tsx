import { createMemo, type JSX, onCleanup, Show, Suspense } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { api, toMessage } from "../../../lib/api.ts";
import { formatAgo } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { lazy } from "../../../lib/load-part.ts";
import { createTitle, joinTitle } from "../../../lib/page-title.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createAddressTab } from "../../../resource/address-value.ts";
import { Button, Callout, Skeleton, Tabs } from "../../../ui/index.ts";
import { DetailHead, StatusTitle } from "../../../ui/MasterDetail.tsx";
import { LogView } from "../../logs/view/LogView.tsx";
import { doctorMessages } from "../doctor/messages.ts";
import { mcpLabels, mcpMessages, runMessages, settingMessages as texts } from "../messages.ts";
import { promptMessages, resourceMessages } from "../offers/messages.ts";
import { requestMessages } from "../requests/messages.ts";
import { savedMessages } from "../saved/messages.ts";
import { createCallHistory } from "../tools/call-history.ts";
import { ToolsTab } from "../tools/ToolsTab.tsx";
import { wireMessages } from "../wire/messages.ts";
import type { McpActions } from "./mcp-actions.ts";
import { openMcpLog } from "./mcp-log.ts";
import { recentLog } from "./recent-log.ts";
import { ServerAbout } from "./ServerAbout.tsx";
import { ServerActions } from "./ServerActions.tsx";
import { SettingsTab } from "./SettingsTab.tsx";
import { statusDisplay } from "./server-status.ts";

// Loaded when their tab is opened: most visits are for the tools or the log.
const ResourcesTab = lazy(() => import("../resources/ResourcesTab.tsx"));
const PromptsTab = lazy(() => import("../prompts/PromptsTab.tsx"));
const RequestsTab = lazy(() => import("../requests/RequestsTab.tsx"));
const SavedCallsTab = lazy(() => import("../saved/SavedCallsTab.tsx"));
const DoctorTab = lazy(() => import("../doctor/DoctorTab.tsx"));
const SignInNotice = lazy(() => import("../sign-in/SignInNotice.tsx"));
const WireTab = lazy(() => import("../wire/WireTab.tsx"));

function Part(props: { children: JSX.Element }) {
  return <Suspense fallback={<Skeleton lines={6} />}>{props.children}</Suspense>;
}

export interface ServerPaneProps {
  server: McpServer;
  actions: McpActions;
  onEdit: (server: McpServer) => void;
  onClose: () => void;
}

/** One MCP server: its tools, its log, its settings. A new instance for each server. */
export function ServerPane(props: ServerPaneProps) {
  const invalidate = useInvalidate();
  const { mcpWS } = useLive();
  const id = createMemo(() => props.server.id);
  const history = createCallHistory({
    call: (tool, args, signal, onProgress, timeoutMs) => {
      const progressId = Math.random().toString(36).slice(2);
      const stop = mcpWS.on("tool:progress", (at) => {
        if (at.serverId === id() && at.progressId === progressId) onProgress(at);
      });
      return api.mcp.callTool(id(), tool, args, signal, progressId, timeoutMs).finally(stop);
    },
    toMessage,
  });
  const source = createMemo(() => {
    const serverId = id();
    return openMcpLog(serverId, {
      recent: () => recentLog(serverId, { inMemory: () => api.mcp.log(serverId), stored: api.logs.search }),
      join: (onError) => mcpWS.join(serverId, { onError }),
      onLog: (listener) => mcpWS.on("log", listener),
      onStatus: (listener) => mcpWS.on("status", listener),
    });
  });
  onCleanup(mcpWS.join(id()));
  onCleanup(
    mcpWS.on("status", (status) => {
      if (status.serverId === id()) void invalidate(queryKeys.mcp);
    }),
  );
  const display = () => statusDisplay[props.server.status];
  const session = useSession();
  const needsSignIn = () => props.server.signIn !== null && props.server.signIn.state !== "signed-in";
  const mayUse = () => session.may("mcp:control");
  const mayManage = () => session.may("mcp:manage");
  const [tab, setTab] = createAddressTab(
    () =>
      [
        "tools",
        "resources",
        "prompts",
        ...(mayUse() ? (["saved", "requests", "messages"] as const) : []),
        "log",
        ...(mayManage() ? (["doctor"] as const) : []),
        "settings",
      ] as const,
    "tools",
  );
  createTitle(() =>
    tab() === "tools" ? undefined : joinTitle(`${visibleName(props.server.name)} ${tab()}`, mcpMessages.title),
  );
  return (
    <>
      <DetailHead
        title={<StatusTitle status={display()} name={visibleName(props.server.name)} />}
        note={
          props.server.serverInfo
            ? `${visibleName(props.server.serverInfo.name)} ${visibleName(props.server.serverInfo.version)}`
            : targetOf(props.server)
        }
        actions={<ServerActions server={props.server} actions={props.actions} onEdit={props.onEdit} size="md" />}
        onClose={props.onClose}
      />
      <Show when={needsSignIn()}>
        <Suspense>
          <SignInNotice server={props.server} />
        </Suspense>
      </Show>
      <Show when={props.server.status === "failed" && !needsSignIn() && props.server.message}>
        <div class="server-message">
          <Callout tone="bad">
            {props.server.message}{" "}
            <Show when={props.server.restarts.nextAt}>{(at) => <>{runMessages.triesAgain(formatAgo(at()))}</>}</Show>
          </Callout>
        </div>
      </Show>
      <Show when={props.server.status === "idle"}>
        <div class="server-message">
          <Callout tone="info">{runMessages.idleState}</Callout>
        </div>
      </Show>
      <Show when={props.server.pendingRequests > 0 && tab() !== "requests" && mayUse()}>
        <div class="server-message">
          <Callout tone="info">
            {requestMessages.notice(props.server.pendingRequests)}{" "}
            <Button size="sm" onClick={() => setTab("requests")}>
              {requestMessages.show}
            </Button>
          </Callout>
        </div>
      </Show>
      <Show when={props.server.status === "running"}>
        <ServerAbout server={props.server} />
      </Show>
      <Tabs
        label={`Parts of ${props.server.name}`}
        value={tab()}
        onChange={(next) => setTab(next as ReturnType<typeof tab>)}
        tabs={[
          {
            id: "tools",
            label: mcpMessages.tools,
            content: () => <ToolsTab server={props.server} history={history} />,
          },
          {
            id: "resources",
            label: resourceMessages.title,
            content: () => (
              <Part>
                <ResourcesTab server={props.server} />
              </Part>
            ),
          },
          {
            id: "prompts",
            label: promptMessages.title,
            content: () => (
              <Part>
                <PromptsTab server={props.server} />
              </Part>
            ),
          },
          ...(mayUse()
            ? [
                {
                  id: "saved",
                  label: savedMessages.title,
                  content: () => (
                    <Part>
                      <SavedCallsTab server={props.server} />
                    </Part>
                  ),
                },
                {
                  id: "requests",
                  label: requestMessages.title,
                  count: props.server.pendingRequests || undefined,
                  content: () => (
                    <Part>
                      <RequestsTab server={props.server} />
                    </Part>
                  ),
                },
                {
                  id: "messages",
                  label: wireMessages.title,
                  content: () => (
                    <Part>
                      <WireTab server={props.server} />
                    </Part>
                  ),
                },
              ]
            : []),
          { id: "log", label: mcpLabels.log, content: () => <LogView name={props.server.name} source={source()} /> },
          ...(mayManage()
            ? [
                {
                  id: "doctor",
                  label: doctorMessages.title,
                  content: () => (
                    <Part>
                      <DoctorTab server={props.server} onEdit={props.onEdit} />
                    </Part>
                  ),
                },
              ]
            : []),
          {
            id: "settings",
            label: texts.title,
            content: () => <SettingsTab server={props.server} actions={props.actions} />,
          },
        ]}
      />
    </>
  );
}

/** The program or address behind a server, on one line. */
export const targetOf = ({ transport }: McpServer): string =>
  visibleName(transport.type === "stdio" ? [transport.command, ...transport.args].join(" ") : transport.url);
