import { createSignal, Show } from "solid-js";
import { networks } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { Button, Callout, Checkbox, Dialog, TextField } from "../../ui/index.ts";

/** Makes a bridge network; what it is left out of, the Engine picks. */
export function CreateNetworkDialog(props: { onClose: () => void; onCreated: (name: string) => void }) {
  const [name, setName] = createSignal("");
  const [subnet, setSubnet] = createSignal("");
  const [gateway, setGateway] = createSignal("");
  const [internal, setInternal] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const named = () => /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(name());
  const ready = () => named() && (gateway().trim() === "" || subnet().trim() !== "");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!ready()) return;
    setBusy(true);
    setProblem(null);
    try {
      const made = await networks.create({
        ...{ name: name(), internal: internal() },
        ...(subnet().trim() ? { subnet: subnet().trim() } : {}),
        ...(gateway().trim() ? { gateway: gateway().trim() } : {}),
      });
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
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" form="network" variant="primary" busy={busy()} disabled={!ready()}>
            Create network
          </Button>
        </>
      }
    >
      <form id="network" class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <TextField
          label="Name"
          hint="Containers in one bridge network reach each other by their names."
          value={name()}
          onInput={setName}
          maxLength={128}
          error={name() !== "" && !named() ? "Letters, digits and _ . - only." : null}
          mono
          focus
        />
        <div class="form-pair">
          <TextField
            label="Subnet"
            hint="Optional; the Engine picks a free one."
            placeholder="172.30.0.0/16"
            value={subnet()}
            onInput={setSubnet}
            mono
          />
          <TextField
            label="Gateway"
            hint="Optional."
            placeholder="172.30.0.1"
            value={gateway()}
            onInput={setGateway}
            error={gateway().trim() !== "" && subnet().trim() === "" ? "It needs a subnet." : null}
            mono
          />
        </div>
        <Checkbox
          label="Internal"
          hint="Its containers reach each other, and nothing outside of it."
          checked={internal()}
          onChange={setInternal}
        />
      </form>
    </Dialog>
  );
}
