import { createSignal, Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { ActionDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Checkbox } from "../../../ui/index.ts";
import { dialogMessages } from "../messages.ts";
import { isUp } from "../service-state.ts";
import type { RemoveOptions } from "./service-actions.ts";

export interface RemoveServiceDialogProps {
  service: Service;
  onClose: () => void;
  onRemove: (options: RemoveOptions) => void;
}

/** Asks before a container is removed, and whether its anonymous volumes are removed too. */
export function RemoveServiceDialog(props: RemoveServiceDialogProps) {
  const [volumes, setVolumes] = createSignal(false);
  const name = () => visibleName(props.service.name);
  const isRunning = () => isUp(props.service.state);
  const submit = createSubmit({
    send: async () => props.onRemove({ force: isRunning(), volumes: volumes() }),
  });
  return (
    <ActionDialog
      title={dialogMessages.removeTitle(name())}
      submit={submit}
      action={dialogMessages.remove}
      danger
      onClose={props.onClose}
    >
      <p>
        Deletes the container <b>{name()}</b> and everything written inside it. This cannot be undone. Its image and
        named volumes stay.
      </p>
      <Show when={isRunning()}>
        <p>{dialogMessages.removeRunning}</p>
      </Show>
      <Checkbox
        label={dialogMessages.removeVolumes}
        hint={dialogMessages.removeVolumesHint}
        checked={volumes()}
        onChange={setVolumes}
      />
    </ActionDialog>
  );
}
