import { createMemo, createSignal, Show } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { toReport } from "../../lib/api.ts";
import { refreshDocker } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { useServices } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import { Button, Callout, Dialog, Select, TextField } from "../../ui/index.ts";

/** Puts a container into a network, beside those it is in already. */
export function ConnectDialog(props: { network: Network; onClose: () => void }) {
  const services = useServices();
  const form = createFormDraft(
    `network-connect:${props.network.id}`,
    { chosen: "", aliases: "" },
    { keep: ({ chosen, aliases }) => ({ chosen, aliases }) },
  );
  const { fields, set } = form;
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const inside = () => new Set(props.network.usedBy.map(({ id }) => id));
  const options = createMemo(() =>
    (services.data?.services ?? [])
      .filter(({ id }) => !inside().has(id))
      .map(({ id, name }) => ({ value: id, label: visibleName(name) }))
      .sort((one, other) => one.label.localeCompare(other.label)),
  );
  /** A draft may name a container that is gone or connected by now. */
  const chosen = () => (options().some(({ value }) => value === fields.chosen) ? fields.chosen : "");
  const cancel = () => {
    form.drop();
    props.onClose();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (chosen() === "") return;
    setBusy(true);
    setProblem(null);
    try {
      const names = fields.aliases.split(/[\s,]+/).filter((name) => name !== "");
      await networks.connect(props.network.id, chosen(), names);
      await refreshDocker();
      form.drop();
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
          <Button onClick={cancel}>Cancel</Button>
          <Button type="submit" form="connect" variant="primary" busy={busy()} disabled={chosen() === ""}>
            Connect
          </Button>
        </>
      }
    >
      <form id="connect" class="form" onSubmit={(event) => void submit(event)}>
        <DraftNotice draft={form} />
        <Show when={problem()}>
          <Callout tone="bad">{problem()}</Callout>
        </Show>
        <Select
          label="Container"
          value={chosen()}
          options={[{ value: "", label: options().length > 0 ? "Choose one" : "All are in it" }, ...options()]}
          onChange={(chosen) => set({ chosen })}
        />
        <TextField
          label="More names"
          hint="It answers to its own name; further ones, separated by spaces, are optional."
          value={fields.aliases}
          onInput={(aliases) => set({ aliases })}
          maxLength={600}
          mono
        />
      </form>
    </Dialog>
  );
}
