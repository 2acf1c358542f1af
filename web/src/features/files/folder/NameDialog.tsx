import { createSignal } from "solid-js";
import { toMessage } from "../../../lib/api.ts";
import { Button, Dialog, TextField } from "../../../ui/index.ts";
import { nameProblem } from "../file-path.ts";
import { fileLabels, nameMessages } from "../messages.ts";

export interface NameDialogProps {
  title: string;
  action: string;
  initial: string;
  /** Whether the folder already contains this name. */
  taken: (name: string) => boolean;
  onClose: () => void;
  /** Applies the name; an error is shown beside the field. */
  onName: (name: string) => Promise<void>;
}

const FORM = "name-form";

/** Prompts for a new name. Without a change it closes. */
export function NameDialog(props: NameDialogProps) {
  const [name, setName] = createSignal(props.initial);
  const [refusal, setRefusal] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [tried, setTried] = createSignal(false);
  const problem = () => (name() === props.initial && props.initial !== "" ? null : nameProblem(name(), props.taken));

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setTried(true);
    if (problem() || busy()) return;
    if (name() === props.initial) return props.onClose();
    setBusy(true);
    try {
      await props.onName(name());
      props.onClose();
    } catch (error) {
      setRefusal(toMessage(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open
      title={props.title}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{fileLabels.cancel}</Button>
          <Button variant="primary" type="submit" form={FORM} busy={busy()}>
            {props.action}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={(event) => void submit(event)} noValidate>
        <TextField
          label={nameMessages.label}
          focus
          mono
          value={name()}
          error={refusal() ?? (tried() || name() !== props.initial ? problem() : null)}
          onInput={(next) => {
            setRefusal(null);
            setName(next);
          }}
        />
      </form>
    </Dialog>
  );
}
