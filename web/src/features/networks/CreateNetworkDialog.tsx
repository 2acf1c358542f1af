import { networks } from "../../lib/api/docker.ts";
import { useRefreshDocker } from "../../lib/docker-queries.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { FormDialog } from "../../resource/FormDialog.tsx";
import { createSubmit } from "../../resource/submit.ts";
import { Checkbox, TextField } from "../../ui/index.ts";
import { createMessages, networkLabels } from "./messages.ts";

const namePattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;

/** Creates a bridge network; the Engine picks the addresses that are left empty. */
export function CreateNetworkDialog(props: { onClose: () => void; onCreated: (name: string) => void }) {
  const refreshDocker = useRefreshDocker();
  const form = createFormDraft(
    "network",
    { name: "", subnet: "", gateway: "", internal: false },
    { keep: ({ name, subnet, gateway, internal }) => ({ name, subnet, gateway, internal }) },
  );
  const { fields, set } = form;
  const subnet = () => fields.subnet.trim();
  const gateway = () => fields.gateway.trim();
  const isNamed = () => namePattern.test(fields.name);
  const lacksSubnet = () => gateway() !== "" && subnet() === "";
  const submit = createSubmit({
    ready: () => isNamed() && !lacksSubnet(),
    send: () =>
      networks.create({
        name: fields.name,
        internal: fields.internal,
        // JSON leaves out what is undefined.
        subnet: subnet() || undefined,
        gateway: gateway() || undefined,
      }),
    refetch: refreshDocker,
    draft: form,
    onSent: (network) => props.onCreated(network.name),
  });
  return (
    <FormDialog
      title={createMessages.title}
      submit={submit}
      action={createMessages.action}
      draft={form}
      onClose={props.onClose}
    >
      <TextField
        label={networkLabels.name}
        hint={createMessages.nameHint}
        value={fields.name}
        onInput={(name) => set({ name })}
        maxLength={128}
        error={fields.name !== "" && !isNamed() ? createMessages.nameInvalid : null}
        mono
        focus
      />
      <div class="form-pair">
        <TextField
          label={networkLabels.subnet}
          hint={createMessages.subnetHint}
          placeholder="172.30.0.0/16"
          value={fields.subnet}
          onInput={(text) => set({ subnet: text })}
          mono
        />
        <TextField
          label={networkLabels.gateway}
          hint={createMessages.gatewayHint}
          placeholder="172.30.0.1"
          value={fields.gateway}
          onInput={(text) => set({ gateway: text })}
          error={lacksSubnet() ? createMessages.gatewayInvalid : null}
          mono
        />
      </div>
      <Checkbox
        label={networkLabels.internal}
        hint={createMessages.internalHint}
        checked={fields.internal}
        onChange={(internal) => set({ internal })}
      />
    </FormDialog>
  );
}
