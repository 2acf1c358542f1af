import { createSignal } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { TextField } from "../../../ui/index.ts";
import { dialogMessages, serviceLabels } from "../messages.ts";
import type { ServiceActions } from "./service-actions.ts";

/** The Engine's grammar of a container name. */
const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$/;

/** Renames a container; the result appears as a toast. */
export function RenameServiceDialog(props: { service: Service; actions: ServiceActions; onClose: () => void }) {
  const [name, setName] = createSignal(props.service.name);
  const isValid = () => namePattern.test(name());
  const submit = createSubmit({
    ready: () => isValid() && name() !== props.service.name,
    send: async () => {
      props.onClose();
      void props.actions.rename(props.service, name());
    },
  });
  return (
    <FormDialog
      title={dialogMessages.renameTitle(visibleName(props.service.name))}
      submit={submit}
      action={dialogMessages.rename}
      onClose={props.onClose}
    >
      <TextField
        label={serviceLabels.name}
        value={name()}
        onInput={setName}
        error={name() === "" || isValid() ? null : dialogMessages.nameInvalid}
        hint={dialogMessages.nameHint}
        maxLength={255}
        autocomplete="off"
        mono
        focus
      />
    </FormDialog>
  );
}
