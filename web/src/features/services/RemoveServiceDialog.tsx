import { createSignal, Show } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Checkbox, Dialog } from "../../ui/index.ts";
import type { RemoveOptions } from "./service-actions.ts";
import { isUp } from "./service-state.ts";

export interface RemoveServiceDialogProps {
  service: Service;
  onClose: () => void;
  onRemove: (options: RemoveOptions) => void;
}

/** Asks before a container goes, and what goes with it. */
export function RemoveServiceDialog(props: RemoveServiceDialogProps) {
  const [volumes, setVolumes] = createSignal(false);
  const up = () => isUp(props.service.state);
  return (
    <Dialog
      open
      title={`Remove ${visibleName(props.service.name)}?`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="danger" onClick={() => props.onRemove({ force: up(), volumes: volumes() })}>
            Remove container
          </Button>
        </>
      }
    >
      <p>
        The container <b>{visibleName(props.service.name)}</b> and everything written inside it are deleted. This cannot
        be undone. Its image and named volumes stay.
      </p>
      <Show when={up()}>
        <p>It is running and will be stopped first, without time to finish.</p>
      </Show>
      <Checkbox
        label="Delete its anonymous volumes too"
        hint="Data in volumes without a name is lost."
        checked={volumes()}
        onChange={setVolumes}
      />
    </Dialog>
  );
}
