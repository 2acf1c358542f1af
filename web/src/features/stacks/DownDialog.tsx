import { createSignal, Show } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { resourceMessages } from "../../resource/messages.ts";
import { Button, Checkbox, Dialog, TextField } from "../../ui/index.ts";
import { downMessages as texts } from "./messages.ts";

export interface DownDialogProps {
  name: string;
  folder: string;
  /** Also deletes the stack's folder. */
  remove: boolean;
  onClose: () => void;
  onDown: (volumes: boolean) => void;
}

const FORM = "down";

/** Asks before the containers of a stack are removed, or the stack is deleted. A deletion requires typing its name. */
export function DownDialog(props: DownDialogProps) {
  const [volumes, setVolumes] = createSignal(false);
  const [typed, setTyped] = createSignal("");
  const ready = () => !props.remove || typed() === props.name;
  return (
    <Dialog
      open
      title={(props.remove ? texts.deleteTitle : texts.downTitle)(visibleName(props.name))}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{resourceMessages.cancel}</Button>
          <Button variant="danger" type="submit" form={FORM} disabled={!ready()}>
            {props.remove ? texts.delete : texts.down}
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
          {texts.containers}{" "}
          <Show when={props.remove} fallback={texts.kept}>
            {texts.folderBefore} <span class="mono">{visibleName(props.folder)}</span> {texts.folderAfter}
          </Show>
        </p>
        <Checkbox label={texts.volumes} hint={texts.volumesHint} checked={volumes()} onChange={setVolumes} />
        <Show when={props.remove}>
          <TextField label={texts.confirm(props.name)} value={typed()} onInput={setTyped} mono />
        </Show>
      </form>
    </Dialog>
  );
}
