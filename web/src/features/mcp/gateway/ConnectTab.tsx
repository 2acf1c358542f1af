import { A } from "@solidjs/router";
import { createSignal, For } from "solid-js";
import type { Gateway } from "../../../../../shared/protocol/mcp-gateway.ts";
import { gatewayLimits } from "../../../../../shared/protocol/mcp-gateway-limits.ts";
import { useInvalidate } from "../../../lib/queries.ts";
import { apiUrl } from "../../../lib/urls.ts";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { Button, Callout, Card, Checkbox, CopyButton, Select, TextField, toast } from "../../../ui/index.ts";
import { gatewayApi, gatewayKeys } from "./gateway-api.ts";
import { gatewayMessages as texts } from "./messages.ts";
import { problemOf } from "./number-field.ts";
import { type SnippetClient, snippetClients, snippetFor } from "./snippets.ts";

/** The address, the settings of the gateway, and what a client needs to connect. */
export function ConnectTab(props: { gateway: Gateway }) {
  const url = () => new URL(`${apiUrl()}${props.gateway.path}`, location.href).href;
  const [client, setClient] = createSignal<SnippetClient>("Claude Code");
  const snippet = () => snippetFor(client(), url());
  return (
    <div class="gateway-section">
      <Card title={texts.address}>
        <p class="muted gateway-intro">{texts.intro}</p>
        <div class="gateway-line">
          <code>{url()}</code>
          <CopyButton text={url()} />
        </div>
      </Card>
      <SettingsCard gateway={props.gateway} />
      <Card title={texts.snippets} actions={<CopyButton text={snippet()} />}>
        <Select
          label={texts.snippetFor}
          value={client()}
          options={snippetClients.map((name) => ({ value: name, label: name }))}
          onChange={setClient}
        />
        <p class="muted gateway-place">{texts.snippetPlaces[client()]}</p>
        <pre class="gateway-snippet">{snippet()}</pre>
        <For each={texts.snippetNotes[client()]}>{(note) => <p class="muted">{note}</p>}</For>
        <p class="muted">
          {texts.keyNote} <A href="/keys">{texts.keys}</A>
        </p>
      </Card>
    </div>
  );
}

function SettingsCard(props: { gateway: Gateway }) {
  const invalidate = useInvalidate();
  const { enabled, nameSpacing, timeoutSeconds, callsPerMinute } = props.gateway;
  const [on, setOn] = createSignal(enabled);
  const [spaced, setSpaced] = createSignal(nameSpacing);
  const [timeout, setTimeoutText] = createSignal(String(timeoutSeconds));
  const [calls, setCalls] = createSignal(String(callsPerMinute));
  const [checked, setChecked] = createSignal(false);
  const timeoutProblem = () => problemOf(timeout(), gatewayLimits.timeoutSeconds);
  const callsProblem = () => problemOf(calls(), gatewayLimits.callsPerMinute);
  const submit = createCheckedSubmit({
    check() {
      setChecked(true);
      return timeoutProblem() === null && callsProblem() === null;
    },
    send: () =>
      gatewayApi.change({
        enabled: on(),
        nameSpacing: spaced(),
        timeoutSeconds: Number(timeout()),
        callsPerMinute: Number(calls()),
      }),
    refetch: () => invalidate(gatewayKeys.gateway),
    onSent: () => toast.success(texts.saved),
  });
  return (
    <Card title={texts.settings}>
      <form class="gateway-form" noValidate onSubmit={(event) => void submit.submit(event)}>
        <Checkbox label={texts.enabled} hint={texts.enabledHint} checked={on()} onChange={setOn} />
        <Checkbox label={texts.nameSpacing} hint={texts.nameSpacingHint} checked={spaced()} onChange={setSpaced} />
        <div class="gateway-fields">
          <TextField
            label={texts.timeoutSeconds}
            inputMode="numeric"
            value={timeout()}
            error={checked() ? timeoutProblem() : null}
            onInput={setTimeoutText}
          />
          <TextField
            label={texts.callsPerMinute}
            inputMode="numeric"
            value={calls()}
            error={checked() ? callsProblem() : null}
            onInput={setCalls}
          />
        </div>
        {submit.problem() ? <Callout tone="bad">{submit.problem()}</Callout> : null}
        <div>
          <Button type="submit" variant="primary" busy={submit.busy()}>
            {texts.save}
          </Button>
        </div>
      </form>
    </Card>
  );
}
