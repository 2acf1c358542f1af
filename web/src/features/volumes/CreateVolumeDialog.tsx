import { volumes } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { TextField } from "../../ui/index.ts";
import { volumeLabels, volumeMessages } from "./messages.ts";

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** Asks for a name, and creates a local volume. */
export function CreateVolumeDialog(props: { onClose: () => void; onCreated: (name: string) => void }) {
  const refreshDocker = useRefreshDocker();
  const form = createFormDraft("volume", { name: "" }, { keep: ({ name }) => ({ name }) });
  const name = () => form.fields.name;
  const isValid = () => namePattern.test(name());
  const submit = createSubmit({
    ready: isValid,
    send: () => volumes.create(name()),
    refetch: refreshDocker,
    draft: form,
    onSent: (volume) => props.onCreated(volume.name),
  });
  return (
    <FormDialog
      title={volumeMessages.createTitle}
      submit={submit}
      action={volumeMessages.create}
      draft={form}
      onClose={props.onClose}
    >
      <TextField
        label={volumeLabels.name}
        hint={volumeMessages.nameHint}
        value={name()}
        onInput={(text) => form.set("name", text)}
        maxLength={255}
        error={name() !== "" && !isValid() ? volumeMessages.nameInvalid : null}
        mono
        focus
      />
    </FormDialog>
  );
}
