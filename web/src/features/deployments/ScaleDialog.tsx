import { createSignal } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { MAX_INSTANCES } from "../../../../shared/protocol/deployment-limits.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { TextField } from "../../ui/index.ts";
import type { DeploymentActions } from "./deployment-actions.ts";
import { deploymentName } from "./deployment-list.ts";
import { menuMessages as texts } from "./messages.ts";

/** Changes the number of instances of an app in cluster mode; the result appears as a toast. */
export function ScaleDialog(props: { deployment: Deployment; actions: DeploymentActions; onClose: () => void }) {
  // The number when the dialog opened: a refetch must not replace what is typed.
  const before = props.deployment.instances.length;
  const [text, setText] = createSignal(String(before));
  const isValid = () => /^\d+$/.test(text()) && Number(text()) >= 1 && Number(text()) <= MAX_INSTANCES;
  const submit = createSubmit({
    ready: () => isValid() && Number(text()) !== before,
    send: async () => {
      props.onClose();
      void props.actions.scale(props.deployment, Number(text()));
    },
  });
  return (
    <FormDialog
      title={texts.scaleTitle(deploymentName(props.deployment))}
      submit={submit}
      action={texts.scaleAction}
      onClose={props.onClose}
    >
      <TextField
        label={texts.instances}
        value={text()}
        onInput={setText}
        inputMode="numeric"
        focus
        hint={texts.instancesHint(MAX_INSTANCES)}
        error={text() === "" || isValid() ? null : texts.instancesError(MAX_INSTANCES)}
      />
    </FormDialog>
  );
}
