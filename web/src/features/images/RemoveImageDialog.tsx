import { createSignal, Show } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { images } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { formatBytes } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ActionDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Checkbox, toast } from "../../ui/index.ts";
import { imageName } from "./image-labels.ts";
import { dialogMessages, imageMessages } from "./messages.ts";

/** Asks before an image is removed with all of its tags. */
export function RemoveImageDialog(props: { image: Image; onClose: () => void; onRemoved: () => void }) {
  const refreshDocker = useRefreshDocker();
  const [force, setForce] = createSignal(false);
  const name = visibleName(imageName(props.image));
  const running = () => props.image.usedBy.filter((use) => use.running).map((use) => visibleName(use.name));
  const needsForce = () => props.image.tags.length > 1 || props.image.usedBy.length > 0;
  const submit = createSubmit({
    ready: () => running().length === 0 && (!needsForce() || force()),
    send: async () => {
      await images.remove(props.image.id, { force: force() });
      toast.success(dialogMessages.removed(name));
    },
    refetch: refreshDocker,
    onSent: () => props.onRemoved(),
  });
  return (
    <ActionDialog
      title={dialogMessages.removeTitle(name)}
      submit={submit}
      action={imageMessages.remove}
      danger
      onClose={props.onClose}
    >
      <Show when={running().length === 0} fallback={<p>{dialogMessages.inUse(running().join(", "))}</p>}>
        <p>{dialogMessages.removeBody(formatBytes(props.image.size))}</p>
        <Show when={needsForce()}>
          <Checkbox
            label={dialogMessages.force}
            hint={
              props.image.usedBy.length > 0
                ? dialogMessages.forceStopped
                : dialogMessages.forceTags(props.image.tags.length)
            }
            checked={force()}
            onChange={setForce}
          />
        </Show>
      </Show>
    </ActionDialog>
  );
}
