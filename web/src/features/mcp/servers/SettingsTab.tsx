import { createSignal, type JSX, onCleanup, Show, Suspense } from "solid-js";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import { formatAgo, formatBytes, formatDateTime, formatDuration, formatElapsed } from "../../../lib/format.ts";
import { lazy } from "../../../lib/load-part.ts";
import { useNow } from "../../../lib/now.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Card, Facts } from "../../../ui/index.ts";
import { importMessages } from "../import/messages.ts";
import { mcpMessages, runMessages as runs, settingMessages as texts } from "../messages.ts";
import { LimitsDialog } from "./LimitsDialog.tsx";
import type { McpActions } from "./mcp-actions.ts";
import { RootsCard } from "./RootsCard.tsx";

/** How often the memory and health of a running server are read while they are shown. */
const REFRESH_MS = 5_000;

const SnippetsDialog = lazy(async () => ({ default: (await import("../import/SnippetsDialog.tsx")).SnippetsDialog }));

const SignInCard = lazy(() => import("../sign-in/SignInCard.tsx"));

type Row = [string, JSX.Element];

/** The run of a server, when it starts and ends by itself, and what was registered. */
export function SettingsTab(props: { server: McpServer; actions: McpActions }) {
  const session = useSession();
  const invalidate = useInvalidate();
  const now = useNow();
  const [editing, setEditing] = createSignal(false);
  const timer = setInterval(() => {
    if (!globalThis.document?.hidden && props.server.status === "running") void invalidate(queryKeys.mcp);
  }, REFRESH_MS);
  onCleanup(() => clearInterval(timer));
  const [exporting, setExporting] = createSignal(false);
  const mayManage = () => session.may("mcp:manage");
  const signedIn = () => (props.server.signIn?.issuer ? props.server.signIn : undefined);
  return (
    <div class="detail-scroll">
      <Card
        title={props.server.transport.type === "stdio" ? runs.title : runs.titleRemote}
        actions={
          <Show when={mayManage() && props.server.program}>
            <Button
              size="sm"
              busy={props.actions.pending(props.server) === "update"}
              onClick={() => void props.actions.update(props.server)}
            >
              {runs.update}
            </Button>
          </Show>
        }
      >
        <Facts rows={runRows(props.server, now())} />
      </Card>
      <Show when={signedIn()}>
        {(signIn) => (
          <Suspense>
            <SignInCard server={props.server} signIn={signIn()} />
          </Suspense>
        )}
      </Show>
      <Card
        title={runs.limitsTitle}
        actions={
          <Show when={mayManage()}>
            <Button size="sm" onClick={() => setEditing(true)}>
              {runs.edit}
            </Button>
          </Show>
        }
      >
        <Facts rows={limitRows(props.server)} />
      </Card>
      <Card
        title={texts.title}
        actions={
          <Show when={mayManage()}>
            <Button size="sm" onClick={() => setExporting(true)}>
              {importMessages.clients}
            </Button>
          </Show>
        }
      >
        <Facts rows={[...transportRows(props.server), [texts.registered, formatDateTime(props.server.createdAt)]]} />
      </Card>
      <Show when={exporting()}>
        <SnippetsDialog server={props.server} onClose={() => setExporting(false)} />
      </Show>
      <Show when={session.may("mcp:control")}>
        <RootsCard server={props.server} />
      </Show>
      <Show when={editing()}>
        <LimitsDialog server={props.server} onClose={() => setEditing(false)} />
      </Show>
    </div>
  );
}

function runRows({ transport, process, health, restarts, program }: McpServer, now: number): Row[] {
  const rows: Row[] = [];
  if (transport.type === "http") {
    const latency = health?.latencyMs == null ? null : formatElapsed(health.latencyMs);
    rows.push([runs.health, health ? runs.healthAt(formatAgo(health.checkedAt), latency) : runs.notRunning]);
  } else if (process) {
    rows.push(
      [runs.process, String(process.pid)],
      [runs.uptime, formatDuration(Math.max(0, now - Date.parse(process.startedAt)) / 1_000)],
      [runs.memory, runs.memoryOf(formatBytes(process.memoryBytes ?? Number.NaN), process.processes)],
    );
  } else rows.push([runs.process, runs.notRunning]);
  rows.push([runs.restarts, String(restarts.count)]);
  if (program) {
    const name = visibleName(program.package);
    rows.push([runs.program, runs.resolved(name, visibleName(program.version), formatDateTime(program.resolvedAt))]);
  }
  return rows;
}

function limitRows({ desired, supervision }: McpServer): Row[] {
  const after = (minutes: number | null) => (minutes === null ? runs.never : runs.after(formatDuration(minutes * 60)));
  return [
    [runs.desired, runs.desiredFacts[desired]],
    [runs.startWithPanel, runs.startWithPanelFacts[supervision.startWithPanel ? "true" : "false"]],
    [runs.idle, after(supervision.idleMinutes)],
    [runs.lifetime, after(supervision.lifetimeMinutes)],
  ];
}

function transportRows({ transport, oldTransport }: McpServer): Row[] {
  const names = (list: readonly string[]) =>
    list.length === 0 ? texts.none : <code>{list.map(visibleName).join(", ")}</code>;
  if (transport.type === "http") {
    return [
      [texts.transport, oldTransport ? texts.oldTransport : texts.protocols[transport.protocol ?? "auto"]],
      [texts.address, <code>{visibleName(transport.url)}</code>],
      [texts.headers, names(transport.headerNames)],
      ...(transport.oauth?.clientId
        ? [[texts.client, <code>{visibleName(transport.oauth.clientId)}</code>] as Row]
        : []),
    ];
  }
  const { command, args, envNames } = transport;
  return [
    [texts.transport, mcpMessages.form.program],
    [texts.program, <code>{visibleName(command)}</code>],
    [
      texts.arguments,
      args.length === 0 ? texts.none : <pre class="server-args">{args.map(visibleName).join("\n")}</pre>,
    ],
    [texts.variables, names(envNames)],
  ];
}
