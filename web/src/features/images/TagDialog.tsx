import { createSignal, Show } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { parseImageReference } from "../../../../shared/protocol/image-reference.ts";
import { images } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Callout, Dialog, TextField } from "../../ui/index.ts";
import { imageName } from "./image-labels.ts";

/** Gives an image one more name. */
export function TagDialog(props: { image: Image; onClose: () => void }) {
  const [reference, setReference] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const ready = () => parseImageReference(reference().trim())?.digest === null;
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    try {
      await images.tag(props.image.id, reference().trim());
      await refreshDocker();
      props.onClose();
    } catch (error) {
      setProblem(toReport(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      title={`Name ${visibleName(imageName(props.image))}`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" form="tag" variant="primary" busy={busy()} disabled={!ready()}>
            Add name
          </Button>
        </>
      }
    >
      <form id="tag" class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="New name"
          hint="A repository and a tag, such as registry.example.com/team/app:stable. Another image of this name loses it."
          value={reference()}
          onInput={setReference}
          maxLength={512}
          mono
          focus
        />
      </form>
    </Dialog>
  );
}
