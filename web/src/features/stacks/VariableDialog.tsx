import { createSignal, Show } from "solid-js";
import { createCheckedSubmit } from "../../resource/checked-submit.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { TextField } from "../../ui/index.ts";
import { variableMessages as texts } from "./messages.ts";

export interface VariableDialogProps {
  /** Empty for a new variable. */
  name: string;
  onClose: () => void;
  onSet: (name: string, value: string) => Promise<void>;
}

/** Sets the value of a variable, or adds a new one. */
export function VariableDialog(props: VariableDialogProps) {
  const [name, setName] = createSignal(props.name);
  const [value, setValue] = createSignal("");
  const [tried, setTried] = createSignal(false);
  const problem = () => (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name()) ? null : texts.nameInvalid);
  const submit = createCheckedSubmit({
    check() {
      setTried(true);
      return problem() === null;
    },
    send: () => props.onSet(name(), value()),
  });
  return (
    <FormDialog
      noValidate
      title={props.name === "" ? texts.addTitle : texts.setOne(props.name)}
      submit={submit}
      action={texts.set}
      onClose={props.onClose}
    >
      <Show when={props.name === ""}>
        <TextField label={texts.name} focus mono value={name()} error={tried() ? problem() : null} onInput={setName} />
      </Show>
      <TextField
        label={texts.value}
        type="password"
        focus={props.name !== ""}
        mono
        autocomplete="new-password"
        value={value()}
        hint={texts.valueHint}
        onInput={setValue}
      />
    </FormDialog>
  );
}
