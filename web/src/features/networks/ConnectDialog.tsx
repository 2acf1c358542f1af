import { createMemo } from "solid-js";
import type { Network } from "../../../../shared/protocol/network.ts";
import { networks } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { useServices } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Select, TextField } from "../../ui/index.ts";
import { networkLabels, networkMessages } from "./messages.ts";

/** Connects a container to a network; it stays in its other networks. */
export function ConnectDialog(props: { network: Network; onClose: () => void }) {
  const refreshDocker = useRefreshDocker();
  const services = useServices();
  const form = createFormDraft(
    `network-connect:${props.network.id}`,
    { chosen: "", aliases: "" },
    { keep: ({ chosen, aliases }) => ({ chosen, aliases }) },
  );
  const { fields, set } = form;
  const options = createMemo(() => {
    const connected = new Set(props.network.usedBy.map(({ id }) => id));
    return (services.data?.services ?? [])
      .filter(({ id }) => !connected.has(id))
      .map(({ id, name }) => ({ value: id, label: visibleName(name) }))
      .sort((a, b) => a.label.localeCompare(b.label));
  });
  const placeholder = () => ({
    value: "",
    label: options().length > 0 ? networkMessages.chooseContainer : networkMessages.allConnected,
  });
  /** A draft may name a container that is gone or connected by now. */
  const chosen = () => (options().some(({ value }) => value === fields.chosen) ? fields.chosen : "");
  const submit = createSubmit({
    ready: () => chosen() !== "",
    send: () => {
      const aliases = fields.aliases.split(/[\s,]+/).filter((name) => name !== "");
      return networks.connect(props.network.id, chosen(), aliases);
    },
    refetch: refreshDocker,
    draft: form,
    onSent: () => props.onClose(),
  });
  return (
    <FormDialog
      title={networkMessages.connectTitle(visibleName(props.network.name))}
      submit={submit}
      action={networkMessages.connect}
      draft={form}
      onClose={props.onClose}
    >
      <Select
        label={networkLabels.container}
        value={chosen()}
        options={[placeholder(), ...options()]}
        onChange={(chosen) => set({ chosen })}
      />
      <TextField
        label={networkMessages.aliases}
        hint={networkMessages.aliasesHint}
        value={fields.aliases}
        onInput={(aliases) => set({ aliases })}
        maxLength={600}
        mono
      />
    </FormDialog>
  );
}
