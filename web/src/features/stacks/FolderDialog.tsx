import { createSignal } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { createCheckedSubmit } from "../../resource/checked-submit.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { TextField } from "../../ui/index.ts";
import { folderMessages as texts } from "./messages.ts";

/** Names the folder of a stack that was made elsewhere. */
export function FolderDialog(props: { name: string; onClose: () => void; onName: (folder: string) => Promise<void> }) {
  const [folder, setFolder] = createSignal("");
  const [tried, setTried] = createSignal(false);
  const problem = () => (folder().trim().startsWith("/") ? null : texts.notAbsolute);
  const submit = createCheckedSubmit({
    check() {
      setTried(true);
      return problem() === null;
    },
    send: () => props.onName(folder().trim()),
  });
  return (
    <FormDialog
      noValidate
      title={texts.title(visibleName(props.name))}
      submit={submit}
      action={texts.use}
      onClose={props.onClose}
    >
      <TextField
        label={texts.folder}
        focus
        mono
        value={folder()}
        hint={texts.hint(visibleName(props.name))}
        error={tried() ? problem() : null}
        onInput={setFolder}
      />
    </FormDialog>
  );
}
