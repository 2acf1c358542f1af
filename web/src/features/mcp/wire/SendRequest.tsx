import { createSignal, Show } from "solid-js";
import { api, toMessage } from "../../../lib/api.ts";
import { Button, Callout, Card, CopyButton, TextField } from "../../../ui/index.ts";
import { parseObject } from "../saved/assertion-draft.ts";
import { savedMessages } from "../saved/messages.ts";
import { SaveCallDialog } from "../saved/SaveCallDialog.tsx";
import { wireMessages as texts } from "./messages.ts";

/** Sends any request of the protocol as it is typed, and shows the result as JSON. */
export function SendRequest(props: { serverId: string; canSend: boolean; onClose: () => void }) {
  const [method, setMethod] = createSignal("tools/list");
  const [params, setParams] = createSignal("{}");
  const [busy, setBusy] = createSignal(false);
  const [tried, setTried] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const [result, setResult] = createSignal<string | null>(null);
  const [saving, setSaving] = createSignal(false);
  const paramsError = () => (tried() && !parseObject(params()) ? savedMessages.errors.params : undefined);

  const send = async (event: Event) => {
    event.preventDefault();
    setTried(true);
    const given = parseObject(params());
    if (busy() || !given) return;
    setBusy(true);
    setProblem(null);
    setResult(null);
    try {
      setResult(
        JSON.stringify(await api.mcp.send(props.serverId, { method: method().trim(), params: given }), null, 2),
      );
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Card
      title={texts.newRequest}
      actions={
        <Button size="sm" variant="ghost" onClick={() => props.onClose()}>
          {texts.close}
        </Button>
      }
    >
      <form class="tool-form" noValidate onSubmit={(event) => void send(event)}>
        <TextField mono focus label={texts.method} value={method()} onInput={setMethod} />
        <TextField mono rows={4} label={texts.params} value={params()} error={paramsError()} onInput={setParams} />
        <div class="row">
          <Button variant="primary" type="submit" busy={busy()} disabled={!props.canSend}>
            {texts.send}
          </Button>
          <Button onClick={() => setSaving(true)}>{savedMessages.saveCall}</Button>
        </div>
        <Show when={problem()}>{(text) => <Callout tone="bad">{text()}</Callout>}</Show>
        <Show when={result()}>
          {(text) => (
            <div class="tool-text">
              {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
              <pre class="wire-text" tabIndex={0}>
                {text().slice(0, 100_000)}
              </pre>
              <span class="tool-copy">
                <CopyButton text={text()} />
              </span>
            </div>
          )}
        </Show>
      </form>
      <Show when={saving()}>
        <SaveCallDialog
          serverId={props.serverId}
          call={{ name: method(), method: method(), params: parseObject(params()) ?? {} }}
          onClose={() => setSaving(false)}
        />
      </Show>
    </Card>
  );
}
