import { createSignal, Show } from "solid-js";
import type { Image } from "../../../../shared/protocol/image.ts";
import { images } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { formatBytes } from "../../lib/format.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Callout, Checkbox, Dialog, toast } from "../../ui/index.ts";
import { imageName } from "./image-labels.ts";

/** Asks before an image goes with all its names. */
export function RemoveImageDialog(props: { image: Image; onClose: () => void; onRemoved: () => void }) {
  const [force, setForce] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const running = () => props.image.usedBy.filter((use) => use.running);
  const needsForce = () => props.image.tags.length > 1 || props.image.usedBy.length > 0;
  const remove = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await images.remove(props.image.id, { force: force() });
      toast.success(`${visibleName(imageName(props.image))} has been removed`);
      props.onRemoved();
    } catch (error) {
      setProblem(toReport(error));
    } finally {
      setBusy(false);
      await refreshDocker();
    }
  };
  return (
    <Dialog
      open
      title={`Remove ${visibleName(imageName(props.image))}?`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant="danger"
            busy={busy()}
            disabled={running().length > 0 || (needsForce() && !force())}
            onClick={() => void remove()}
          >
            Remove image
          </Button>
        </>
      }
    >
      <Show when={problem()}>
        <Callout tone="bad">{problem()}</Callout>
      </Show>
      <Show
        when={running().length === 0}
        fallback={
          <p>
            It cannot go:{" "}
            {running()
              .map(({ name }) => visibleName(name))
              .join(", ")}{" "}
            runs with it. Stop and remove that first.
          </p>
        }
      >
        <p>
          The image ({formatBytes(props.image.size)}, less what other images share with it) is deleted. It can be pulled
          again only while a registry has it.
        </p>
        <Show when={needsForce()}>
          <Checkbox
            label="Remove it all the same"
            hint={
              props.image.usedBy.length > 0
                ? "Stopped containers are made of it: they stay, and cannot be made anew without it."
                : `It goes with all of its ${props.image.tags.length} names.`
            }
            checked={force()}
            onChange={setForce}
          />
        </Show>
      </Show>
    </Dialog>
  );
}
