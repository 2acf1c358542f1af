import { createMemo, createSignal, Show } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { useServices } from "../../lib/queries.ts";
import { Button, Callout, Dialog, Select, TextField } from "../../ui/index.ts";
import { visibleName } from "../logs/terminal-text.ts";

/** Puts a container into a network, beside those it is in already. */
export function ConnectDialog(props: { network: Network; onClose: () => void }) {
  const services = useServices();
  const [chosen, setChosen] = createSignal("");
  const [aliases, setAliases] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const inside = () => new Set(props.network.usedBy.map(({ id }) => id));
  const options = createMemo(() =>
    (services.data?.services ?? [])
      .filter(({ id }) => !inside().has(id))
      .map(({ id, name }) => ({ value: id, label: visibleName(name) }))
      .sort((one, other) => one.label.localeCompare(other.label)),
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    if (chosen() === "") return;
    setBusy(true);
    setProblem(null);
    try {
      const names = aliases()
        .split(/[\s,]+/)
        .filter((name) => name !== "");
      await networks.connect(props.network.id, chosen(), names);
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
      title={`Connect to ${visibleName(props.network.name)}`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button type="submit" form="connect" variant="primary" busy={busy()} disabled={chosen() === ""}>
            Connect
          </Button>
        </>
      }
    >
      <form id="connect" class="form" onSubmit={(event) => void submit(event)}>
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Select
          label="Container"
          value={chosen()}
          options={[{ value: "", label: options().length > 0 ? "Choose one" : "All are in it" }, ...options()]}
          onChange={setChosen}
        />
        <TextField
          label="More names"
          hint="It answers to its own name; further ones, separated by spaces, are optional."
          value={aliases()}
          onInput={setAliases}
          maxLength={600}
          mono
        />
      </form>
    </Dialog>
  );
}
