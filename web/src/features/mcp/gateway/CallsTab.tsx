import Activity from "lucide-solid/icons/activity";
import { onCleanup, Show } from "solid-js";
import type { GatewayCall } from "../../../../../shared/protocol/mcp-gateway.ts";
import type { GatewayCallState } from "../../../../../shared/protocol/mcp-gateway-limits.ts";
import { formatBytes, formatDateTime, formatElapsed } from "../../../lib/format.ts";
import { useLive } from "../../../lib/live-context.ts";
import { useNow } from "../../../lib/now.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { sendAction } from "../../../resource/confirm-action.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Button, Card, type Column, DataTable, EmptyState, Status, type Tone } from "../../../ui/index.ts";
import { gatewayApi, gatewayKeys } from "./gateway-api.ts";
import { gatewayMessages as texts } from "./messages.ts";

const tones: Record<GatewayCallState, Tone> = {
  running: "info",
  done: "ok",
  failed: "bad",
  cancelled: "neutral",
  "timed-out": "bad",
  stopped: "warn",
};

/** Calls of clients: those that run now, and the latest that ended. */
export function CallsTab() {
  const invalidate = useInvalidate();
  const { mcpWS } = useLive();
  const now = useNow();
  const query = useQuery(() => ({ queryKey: gatewayKeys.calls, queryFn: gatewayApi.calls }));
  onCleanup(mcpWS.on("gateway:calls", () => void invalidate(gatewayKeys.calls)));
  const stop = ({ id }: GatewayCall) =>
    sendAction({
      send: () => gatewayApi.stopCall(id),
      done: texts.stopped,
      refetch: () => invalidate(gatewayKeys.calls),
    });
  const columns: Column<GatewayCall>[] = [
    {
      id: "target",
      title: texts.call,
      width: "clip",
      cell: ({ target }) => <code title={visibleName(target)}>{visibleName(target)}</code>,
    },
    {
      id: "state",
      title: texts.state,
      cell: ({ state }) => (
        <Status tone={tones[state]} pulse={state === "running"}>
          {texts.states[state]}
        </Status>
      ),
    },
    { id: "server", title: texts.server, only: "middle", cell: ({ serverName }) => visibleName(serverName) },
    {
      id: "client",
      title: texts.client,
      only: "middle",
      cell: ({ keyName, client }) => <span title={visibleName(client)}>{visibleName(keyName)}</span>,
    },
    {
      id: "duration",
      title: texts.duration,
      align: "end",
      cell: ({ durationMs, startedAt }) => formatElapsed(durationMs ?? Math.max(0, now() - Date.parse(startedAt))),
    },
    {
      id: "size",
      title: texts.size,
      align: "end",
      only: "wide",
      cell: ({ responseBytes }) => (responseBytes === null ? "" : formatBytes(responseBytes)),
    },
    { id: "started", title: texts.started, only: "wide", cell: ({ startedAt }) => formatDateTime(startedAt) },
    {
      id: "actions",
      title: texts.actions,
      titleHidden: true,
      width: "tight",
      cell: (call) => (
        <Show when={call.state === "running"}>
          <Button size="sm" onClick={() => void stop(call)}>
            {texts.stop}
          </Button>
        </Show>
      ),
    },
  ];
  return (
    <div class="gateway-section gateway-wide">
      <QueryView query={query}>
        {(calls) => (
          <Card flush>
            <DataTable
              label={texts.tabs.calls}
              columns={columns}
              rows={calls()}
              key={({ id }) => id}
              empty={
                <EmptyState icon={<Activity size={18} />} title={texts.noCalls}>
                  {texts.noCallsHint}
                </EmptyState>
              }
            />
          </Card>
        )}
      </QueryView>
    </div>
  );
}
