import { createSignal, Show } from "solid-js";
import { volumes } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, TextField } from "../../ui/index.ts";

export function CreateVolumeDialog(props: { onClose: () => void; onCreated: (name: string) => void }) {
  const form = createFormDraft("volume", { name: "" }, { keep: ({ name }) => ({ name }) });
  const name = () => form.fields.name;
  const cancel = () => {
    form.drop();
    props.onClose();
  };
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
      form.drop();
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
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" form="volume" variant="primary" busy={busy()} disabled={!ready()}>
            Create volume
          </Button>
        </>
      }
    >
      <form id="volume" class="form" onSubmit={(event) => void submit(event)}>
        <DraftNotice draft={form} />
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="Name"
          hint="Letters, digits and _ . -; it begins with a letter or digit."
          value={name()}
          onInput={(text) => form.set("name", text)}
          maxLength={255}
          error={name() !== "" && !ready() ? "Not a valid volume name." : null}
          mono
          focus
        />
      </form>
    </Dialog>
  );
}
