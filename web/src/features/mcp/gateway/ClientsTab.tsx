import { A } from "@solidjs/router";
import KeyRound from "lucide-solid/icons/key-round";
import { createSignal, For, Show } from "solid-js";
import type { Gateway, GatewayClient } from "../../../../../shared/protocol/mcp-gateway.ts";
import { gatewayLimits } from "../../../../../shared/protocol/mcp-gateway-limits.ts";
import { formatDateTime } from "../../../lib/format.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { sendAction } from "../../../resource/confirm-action.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { Button, Card, Checkbox, type Column, DataTable, EmptyState, TextField, toast } from "../../../ui/index.ts";
import { gatewayApi, gatewayKeys } from "./gateway-api.ts";
import { gatewayMessages as texts } from "./messages.ts";
import { problemOf, toNumber, toText } from "./number-field.ts";

/** API keys that may use the gateway, and what each reaches. */
export function ClientsTab(props: { gateway: Gateway }) {
  const invalidate = useInvalidate();
  const refetch = () => invalidate(gatewayKeys.gateway);
  const [editing, setEditing] = createSignal<GatewayClient | null>(null);
  const end = ({ id }: GatewayClient) =>
    sendAction({ send: () => gatewayApi.endSessions(id), done: texts.ended, refetch });
  const columns: Column<GatewayClient>[] = [
    { id: "name", title: texts.name, sortBy: ({ name }) => name, cell: ({ name }) => <b>{visibleName(name)}</b> },
    { id: "owner", title: texts.owner, only: "middle", cell: ({ owner }) => visibleName(owner) },
    {
      id: "reaches",
      title: texts.reaches,
      cell: ({ servers }) => (servers === null ? texts.allServers : texts.servers(servers.length)),
    },
    {
      id: "limit",
      title: texts.limit,
      only: "wide",
      cell: ({ callsPerMinute }) => callsPerMinute ?? texts.limitDefault(props.gateway.callsPerMinute),
    },
    { id: "expires", title: texts.expires, only: "wide", cell: ({ expiresAt }) => formatDateTime(expiresAt) },
    { id: "sessions", title: texts.openSessions, align: "end", cell: ({ sessions }) => sessions },
    {
      id: "actions",
      title: texts.actions,
      titleHidden: true,
      width: "tight",
      cell: (client) => (
        <span class="gateway-line">
          <Button size="sm" onClick={() => setEditing(client)}>
            {texts.edit}
          </Button>
          <Show when={client.sessions > 0}>
            <Button size="sm" onClick={() => void end(client)}>
              {texts.endSessions}
            </Button>
          </Show>
        </span>
      ),
    },
  ];
  return (
    <div class="gateway-section gateway-wide">
      <Card flush>
        <DataTable
          label={texts.tabs.clients}
          columns={columns}
          rows={props.gateway.clients}
          key={({ id }) => id}
          initialSort={{ column: "name" }}
          empty={
            <EmptyState icon={<KeyRound size={18} />} title={texts.noClients}>
              {texts.noClientsHint} <A href="/keys">{texts.keys}</A>
            </EmptyState>
          }
        />
      </Card>
      <Show when={editing()} keyed>
        {(client) => (
          <ClientDialog client={client} gateway={props.gateway} refetch={refetch} onClose={() => setEditing(null)} />
        )}
      </Show>
    </div>
  );
}

function ClientDialog(props: {
  client: GatewayClient;
  gateway: Gateway;
  refetch: () => Promise<void>;
  onClose: () => void;
}) {
  const [some, setSome] = createSignal(props.client.servers !== null);
  const [servers, setServers] = createSignal<readonly string[]>(props.client.servers ?? []);
  const [calls, setCalls] = createSignal(toText(props.client.callsPerMinute));
  const problem = () => problemOf(calls(), gatewayLimits.callsPerMinute, true);
  const submit = createCheckedSubmit({
    check: () => problem() === null,
    send: () =>
      gatewayApi.changeClient(props.client.id, {
        servers: some() ? [...servers()] : null,
        callsPerMinute: toNumber(calls()),
      }),
    refetch: props.refetch,
    onSent() {
      toast.success(texts.saved);
      props.onClose();
    },
  });
  const choose = (id: string, on: boolean) =>
    setServers((chosen) => (on ? [...chosen, id] : chosen.filter((other) => other !== id)));
  return (
    <FormDialog
      title={texts.editTitle(visibleName(props.client.name))}
      submit={submit}
      action={texts.save}
      noValidate
      onClose={props.onClose}
    >
      <p class="muted">{texts.editHint}</p>
      <Checkbox label={texts.someServers} checked={some()} onChange={setSome} />
      <Show when={some()}>
        <div class="gateway-choices">
          <For each={props.gateway.servers}>
            {(server) => (
              <Checkbox
                label={visibleName(server.name)}
                checked={servers().includes(server.id)}
                onChange={(on) => choose(server.id, on)}
              />
            )}
          </For>
        </div>
      </Show>
      <TextField
        label={texts.callsPerMinute}
        inputMode="numeric"
        placeholder={String(props.gateway.callsPerMinute)}
        value={calls()}
        error={problem()}
        onInput={setCalls}
      />
    </FormDialog>
  );
}
