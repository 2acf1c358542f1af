import { createSignal, For, Show } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { TriggerResult } from "../../../../shared/protocol/deployment-details.ts";
import { api } from "../../lib/api.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { TextField } from "../../ui/index.ts";
import { deploymentName } from "./deployment-list.ts";
import { detailMessages as texts } from "./messages.ts";

/** Runs a custom action of an app and shows what each of its processes returned. */
export function CustomActionDialog(props: { deployment: Deployment; action: string; onClose: () => void }) {
  const [argument, setArgument] = createSignal("");
  const [results, setResults] = createSignal<readonly TriggerResult[]>([]);
  const submit = createSubmit({
    send: async () => {
      setResults([]);
      setResults(await api.deployments.trigger(props.deployment.id, props.action, argument() || undefined));
    },
  });
  return (
    <FormDialog
      title={texts.runTitle(visibleName(props.action), deploymentName(props.deployment))}
      submit={submit}
      action={texts.run}
      cancel={texts.close}
      onClose={props.onClose}
    >
      <TextField label={texts.argument} hint={texts.argumentHint} value={argument()} onInput={setArgument} focus />
      <For each={results()}>
        {({ pmId, result }) => (
          <div role="status">
            <b>{texts.resultOf(pmId)}</b>
            <Show when={result !== null} fallback={<p>{texts.noReply}</p>}>
              <pre class="deployment-result">{visibleName(result ?? "")}</pre>
            </Show>
          </div>
        )}
      </For>
    </FormDialog>
  );
}
