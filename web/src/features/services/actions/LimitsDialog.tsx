import { createMemo, Show } from "solid-js";
import { createStore } from "solid-js/store";
import type { Service, ServiceDetail } from "../../../../../shared/protocol/service.ts";
import { restartPolicies } from "../../../../../shared/protocol/service-choices.ts";
import { useService } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { QueryView } from "../../../resource/QueryView.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Dialog, Select, TextField } from "../../../ui/index.ts";
import { dialogMessages, policyLabels } from "../messages.ts";
import type { ServiceActions } from "./service-actions.ts";
import { type LimitsField, toLimitsChange, toLimitsFields } from "./service-limits.ts";

export interface LimitsDialogProps {
  service: Service;
  actions: ServiceActions;
  onClose: () => void;
}

/** Changes the limits and restart policy of a container while it runs; the result appears as a toast. */
export function LimitsDialog(props: LimitsDialogProps) {
  const detail = useService(() => props.service.id);
  return (
    <Show
      when={detail.data}
      fallback={
        <Dialog open title={dialogMessages.limitsTitle(visibleName(props.service.name))} onClose={props.onClose}>
          <QueryView query={detail} lines={4}>
            {() => null}
          </QueryView>
        </Dialog>
      }
    >
      {(service) => <Form {...props} detail={service()} />}
    </Show>
  );
}

function Form(props: LimitsDialogProps & { detail: ServiceDetail }) {
  // A refetch of the container must not replace what is typed.
  const before = props.detail.limits;
  const [fields, set] = createStore(toLimitsFields(before));
  const change = createMemo(() => toLimitsChange(before, fields));
  const problem = (field: LimitsField) => change().problems.get(field) ?? null;
  const submit = createSubmit({
    ready: () => change().problems.size === 0 && Object.keys(change().body).length > 0,
    send: async () => {
      props.onClose();
      void props.actions.update(props.service, change().body);
    },
  });
  return (
    <FormDialog
      title={dialogMessages.limitsTitle(visibleName(props.service.name))}
      submit={submit}
      action={dialogMessages.save}
      onClose={props.onClose}
    >
      <TextField
        label={dialogMessages.memory}
        value={fields.memory}
        onInput={(memory) => set({ memory })}
        placeholder={dialogMessages.noLimit}
        inputMode="numeric"
        error={problem("memory")}
        hint={dialogMessages.memoryHint}
        focus
      />
      <TextField
        label={dialogMessages.cpus}
        value={fields.cpus}
        onInput={(cpus) => set({ cpus })}
        placeholder={dialogMessages.noLimit}
        error={problem("cpus")}
        hint={dialogMessages.cpusHint}
      />
      <TextField
        label={dialogMessages.pids}
        value={fields.pids}
        onInput={(pids) => set({ pids })}
        placeholder={dialogMessages.noLimit}
        inputMode="numeric"
        error={problem("pids")}
      />
      <Select
        label={dialogMessages.policy}
        value={fields.policy}
        onChange={(policy) => set({ policy })}
        options={restartPolicies.map((value) => ({ value, label: policyLabels[value] }))}
      />
      <Show when={fields.policy === "on-failure"}>
        <TextField
          label={dialogMessages.retries}
          value={fields.retries}
          onInput={(retries) => set({ retries })}
          inputMode="numeric"
          error={problem("retries")}
          hint={dialogMessages.retriesHint}
        />
      </Show>
    </FormDialog>
  );
}
