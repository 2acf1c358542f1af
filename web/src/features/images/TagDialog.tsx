import { createSignal } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { parseImageReference } from "../../../../shared/protocol/image-reference.ts";
import { images } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { TextField } from "../../ui/index.ts";
import { imageName } from "./image-labels.ts";
import { dialogMessages, imageMessages } from "./messages.ts";

/** Adds a tag to an image. */
export function TagDialog(props: { image: Image; onClose: () => void }) {
  const refreshDocker = useRefreshDocker();
  const [reference, setReference] = createSignal("");
  const submit = createSubmit({
    ready: () => parseImageReference(reference().trim())?.digest === null,
    send: () => images.tag(props.image.id, reference().trim()),
    refetch: refreshDocker,
    onSent: () => props.onClose(),
  });
  return (
    <FormDialog
      title={dialogMessages.tagTitle(visibleName(imageName(props.image)))}
      submit={submit}
      action={imageMessages.addTag}
      onClose={props.onClose}
    >
      <TextField
        label={dialogMessages.newTag}
        hint={dialogMessages.newTagHint}
        value={reference()}
        onInput={setReference}
        maxLength={512}
        mono
        focus
      />
    </FormDialog>
  );
}
