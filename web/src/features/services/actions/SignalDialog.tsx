import { createSignal } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { type ContainerSignal, containerSignals } from "../../../../../shared/protocol/service-choices.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { ActionDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Select } from "../../../ui/index.ts";
import { dialogMessages, serviceLabels, signalLabels } from "../messages.ts";
import type { ServiceActions } from "./service-actions.ts";

/** Signals that usually end a program. */
const ending: ReadonlySet<ContainerSignal> = new Set(["SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT"]);

/** Sends a signal to the main process of a container; the result appears as a toast. */
export function SignalDialog(props: { service: Service; actions: ServiceActions; onClose: () => void }) {
  const [signal, setSignal] = createSignal<ContainerSignal>("SIGHUP");
  const submit = createSubmit({
    send: async () => {
      props.onClose();
      void props.actions.kill(props.service, signal());
    },
  });
  return (
    <ActionDialog
      title={dialogMessages.signalTitle(visibleName(props.service.name))}
      submit={submit}
      action={dialogMessages.send(signal())}
      danger={ending.has(signal())}
      onClose={props.onClose}
    >
      <Select
        label={serviceLabels.signal}
        value={signal()}
        onChange={setSignal}
        options={containerSignals.map((value) => ({ value, label: signalLabels[value] }))}
      />
    </ActionDialog>
  );
}
