import { createSignal } from "solid-js";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import { type ProcessSignal, processSignals } from "../../../../shared/protocol/deployment-limits.ts";
import { ActionDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Select } from "../../ui/index.ts";
import type { DeploymentActions } from "./deployment-actions.ts";
import { deploymentName } from "./deployment-list.ts";
import { signalLabels, menuMessages as texts } from "./messages.ts";

/** Signals that usually end a program. */
const ending: ReadonlySet<ProcessSignal> = new Set(["SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT"]);

/** Sends a signal to the running processes of a deployment; the result appears as a toast. */
export function ProcessSignalDialog(props: {
  deployment: Deployment;
  actions: DeploymentActions;
  onClose: () => void;
}) {
  const [signal, setSignal] = createSignal<ProcessSignal>("SIGHUP");
  const submit = createSubmit({
    send: async () => {
      props.onClose();
      void props.actions.signal(props.deployment, signal());
    },
  });
  return (
    <ActionDialog
      title={texts.signalTitle(deploymentName(props.deployment))}
      submit={submit}
      action={texts.send(signal())}
      danger={ending.has(signal())}
      onClose={props.onClose}
    >
      <Select
        label={texts.signalField}
        value={signal()}
        onChange={setSignal}
        options={processSignals.map((value) => ({ value, label: signalLabels[value] }))}
      />
    </ActionDialog>
  );
}
