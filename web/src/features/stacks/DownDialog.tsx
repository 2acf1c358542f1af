import { createSignal, Show } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Checkbox, Dialog, TextField } from "../../ui/index.ts";

export interface DownDialogProps {
  name: string;
  folder: string;
  /** Also deletes the stack's folder. */
  remove: boolean;
  onClose: () => void;
  onDown: (volumes: boolean) => void;
}

const FORM = "down";

/** Asks before a stack is taken down or deleted. A deletion requires typing its name. */
export function DownDialog(props: DownDialogProps) {
  const [volumes, setVolumes] = createSignal(false);
  const [typed, setTyped] = createSignal("");
  const ready = () => !props.remove || typed() === props.name;
  return (
    <Dialog
      open
      title={`${props.remove ? "Delete" : "Take down"} ${visibleName(props.name)}?`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="danger" type="submit" form={FORM} disabled={!ready()}>
            {props.remove ? "Delete stack" : "Take down"}
          </Button>
        </>
      }
    >
      <form
        id={FORM}
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready()) props.onDown(volumes());
        }}
      >
        <p>
          Its containers and networks are removed.
          <Show when={props.remove} fallback=" Its compose file and named volumes are kept.">
            {" "}
            Then its folder <span class="mono">{visibleName(props.folder)}</span> is deleted with everything in it:
            compose file, variables, earlier versions, and data that containers store there. This cannot be undone.
          </Show>
        </p>
        <Checkbox
          label="Also delete its named volumes"
          hint="The data in them is lost."
          checked={volumes()}
          onChange={setVolumes}
        />
        <Show when={props.remove}>
          <TextField label={`Type ${props.name} to confirm`} value={typed()} onInput={setTyped} mono />
        </Show>
      </form>
    </Dialog>
  );
}
