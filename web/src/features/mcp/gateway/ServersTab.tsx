import Plug from "lucide-solid/icons/plug";
import { createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import type { Gateway, GatewayItem, GatewayServer } from "../../../../../shared/protocol/mcp-gateway.ts";
import {
  type GatewayItemKind,
  gatewayItemKinds,
  gatewayLimits,
} from "../../../../../shared/protocol/mcp-gateway-limits.ts";
import { useLive } from "../../../lib/live-context.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { sendAction } from "../../../resource/confirm-action.ts";
import { Button, Card, Checkbox, EmptyState, TextField } from "../../../ui/index.ts";
import { gatewayApi, gatewayKeys } from "./gateway-api.ts";
import { gatewayMessages as texts } from "./messages.ts";
import { problemOf, toNumber, toText } from "./number-field.ts";

type Change = Partial<Pick<GatewayServer, "enabled" | "timeoutSeconds" | "callsPerMinute" | "hidden">>;

/** What the gateway exposes of each server, and their limits. */
export function ServersTab(props: { gateway: Gateway }) {
  const invalidate = useInvalidate();
  const { mcpWS } = useLive();
  const items = useQuery(() => ({ queryKey: gatewayKeys.items, queryFn: gatewayApi.items }));
  onCleanup(mcpWS.on("mcp:changed", () => void invalidate(gatewayKeys.gateway)));
  const itemsOf = (id: string) => (items.data ?? []).filter(({ serverId }) => serverId === id);
  const ids = createMemo(() => props.gateway.servers.map(({ id }) => id), [], {
    equals: (a, b) => a.join() === b.join(),
  });
  return (
    <div class="gateway-section">
      <For
        each={ids()}
        fallback={
          <EmptyState icon={<Plug size={18} />} title={texts.noServers}>
            {texts.noServersHint}
          </EmptyState>
        }
      >
        {(id) => (
          <Show when={props.gateway.servers.find((server) => server.id === id)}>
            {(server) => <ServerCard server={server()} items={itemsOf(id)} isLoaded={items.data !== undefined} />}
          </Show>
        )}
      </For>
    </div>
  );
}

function ServerCard(props: { server: GatewayServer; items: readonly GatewayItem[]; isLoaded: boolean }) {
  const invalidate = useInvalidate();
  const [busy, setBusy] = createSignal(false);
  const [timeout, setTimeoutText] = createSignal(toText(props.server.timeoutSeconds));
  const [calls, setCalls] = createSignal(toText(props.server.callsPerMinute));
  const timeoutProblem = () => problemOf(timeout(), gatewayLimits.timeoutSeconds, true);
  const callsProblem = () => problemOf(calls(), gatewayLimits.callsPerMinute, true);

  const change = async (next: Change) => {
    const { enabled, timeoutSeconds, callsPerMinute, hidden } = props.server;
    setBusy(true);
    await sendAction({
      send: () =>
        gatewayApi.changeServer(props.server.id, { enabled, timeoutSeconds, callsPerMinute, hidden, ...next }),
      refetch: () => invalidate(gatewayKeys.gateway),
    });
    setBusy(false);
  };
  const setItem = (item: GatewayItem, on: boolean) => {
    const others = props.server.hidden[item.kind].filter((name) => name !== item.name);
    const hidden = { ...props.server.hidden, [item.kind]: on ? others : [...others, item.name] };
    return change({ hidden });
  };
  const saveLimits = (event: Event) => {
    event.preventDefault();
    if (timeoutProblem() || callsProblem()) return;
    void change({ timeoutSeconds: toNumber(timeout()), callsPerMinute: toNumber(calls()) });
  };

  return (
    <Card title={visibleName(props.server.name)} actions={<code class="faint">{`${props.server.prefix}__`}</code>}>
      <Checkbox
        label={texts.exposed}
        checked={props.server.enabled}
        disabled={busy()}
        onChange={(enabled) => void change({ enabled })}
      />
      <Show when={props.server.enabled}>
        <form class="gateway-fields" noValidate onSubmit={saveLimits}>
          <TextField
            label={texts.serverTimeout}
            inputMode="numeric"
            hint={texts.usual}
            value={timeout()}
            error={timeoutProblem()}
            onInput={setTimeoutText}
          />
          <TextField
            label={texts.serverCalls}
            inputMode="numeric"
            hint={texts.usual}
            value={calls()}
            error={callsProblem()}
            onInput={setCalls}
          />
          <div class="gateway-save">
            <Button type="submit" busy={busy()}>
              {texts.save}
            </Button>
          </div>
        </form>
        <Show when={props.isLoaded && props.items.length === 0}>
          <p class="muted">{texts.notRunning}</p>
        </Show>
        <Show when={props.items.length > 0}>
          <For each={gatewayItemKinds}>
            {(kind) => (
              <Items
                kind={kind}
                server={props.server}
                items={props.items.filter((item) => item.kind === kind)}
                busy={busy()}
                onChange={(item, on) => void setItem(item, on)}
              />
            )}
          </For>
        </Show>
      </Show>
    </Card>
  );
}

function Items(props: {
  kind: GatewayItemKind;
  server: GatewayServer;
  items: readonly GatewayItem[];
  busy: boolean;
  onChange: (item: GatewayItem, on: boolean) => void;
}) {
  const isOn = ({ name }: GatewayItem) => !props.server.hidden[props.kind].includes(name);
  return (
    <Show when={props.items.length > 0}>
      <details class="gateway-items">
        <summary>
          {texts.kinds[props.kind]}{" "}
          <span class="faint">{texts.items(props.items.filter(isOn).length, props.items.length)}</span>
        </summary>
        <ul>
          <For each={props.items}>
            {(item) => (
              <li>
                <Checkbox
                  label={<code>{visibleName(item.exposedAs)}</code>}
                  hint={[item.note && texts.notes[item.note], visibleName(item.description)]
                    .filter(Boolean)
                    .join(" · ")}
                  checked={isOn(item)}
                  disabled={props.busy}
                  onChange={(on) => props.onChange(item, on)}
                />
              </li>
            )}
          </For>
        </ul>
      </details>
    </Show>
  );
}
