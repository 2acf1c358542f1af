import { createSignal, Show } from "solid-js";
import { networks } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Checkbox, Dialog, TextField } from "../../ui/index.ts";

/** Makes a bridge network; what it is left out of, the Engine picks. */
export function CreateNetworkDialog(props: { onClose: () => void; onCreated: (name: string) => void }) {
  const form = createFormDraft(
    "network",
    { name: "", subnet: "", gateway: "", internal: false },
    { keep: ({ name, subnet, gateway, internal }) => ({ name, subnet, gateway, internal }) },
  );
  const { fields, set } = form;
  const subnet = () => fields.subnet.trim();
  const gateway = () => fields.gateway.trim();
  const cancel = () => {
    form.drop();
    props.onClose();
  };
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const named = () => /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(fields.name);
  const ready = () => named() && (gateway() === "" || subnet() !== "");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      const made = await networks.create({
        name: fields.name,
        internal: fields.internal,
        ...(subnet() && { subnet: subnet() }),
        ...(gateway() && { gateway: gateway() }),
      });
      form.drop();
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
      title="Create a network"
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" form="network" variant="primary" busy={busy()} disabled={!ready()}>
            Create network
          </Button>
        </>
      }
    >
      <form id="network" class="form" onSubmit={(event) => void submit(event)}>
        <DraftNotice draft={form} />
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="Name"
          hint="Containers in one bridge network reach each other by their names."
          value={fields.name}
          onInput={(name) => set({ name })}
          maxLength={128}
          error={fields.name !== "" && !named() ? "Letters, digits and _ . - only." : null}
          mono
          focus
        />
        <div class="form-pair">
          <TextField
            label="Subnet"
            hint="Optional; the Engine picks a free one."
            placeholder="172.30.0.0/16"
            value={fields.subnet}
            onInput={(text) => set({ subnet: text })}
            mono
          />
          <TextField
            label="Gateway"
            hint="Optional."
            placeholder="172.30.0.1"
            value={fields.gateway}
            onInput={(text) => set({ gateway: text })}
            error={gateway() !== "" && subnet() === "" ? "It needs a subnet." : null}
            mono
          />
        </div>
        <Checkbox
          label="Internal"
          hint="Its containers reach each other, and nothing outside of it."
          checked={fields.internal}
          onChange={(internal) => set({ internal })}
        />
      </form>
    </Dialog>
  );
}
