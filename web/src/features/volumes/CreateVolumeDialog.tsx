import { createSignal, Show } from "solid-js";
import { volumes } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { Button, Callout, Dialog, TextField } from "../../ui/index.ts";

export function CreateVolumeDialog(props: { onClose: () => void; onCreated: (name: string) => void }) {
  const [name, setName] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const ready = () => /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name());
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      const made = await volumes.create(name());
      await refreshDocker();
      props.onCreated(made.name);
    } catch (error) {
      setProblem(toReport(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      title="Create a volume"
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" form="volume" variant="primary" busy={busy()} disabled={!ready()}>
            Create volume
          </Button>
        </>
      }
    >
      <form id="volume" class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="Name"
          hint="Letters, digits and _ . -; it begins with a letter or digit."
          value={name()}
          onInput={setName}
          maxLength={255}
          error={name() !== "" && !ready() ? "This is no name for a volume." : null}
          mono
          focus
        />
      </form>
    </Dialog>
  );
}
