import { createMemo, createSignal, Show } from "solid-js";
import type { Service, ServiceDetail } from "../../../../shared/protocol/service.ts";
import { type RestartPolicyName, restartPolicies } from "../../../../shared/protocol/service-choices.ts";
import type { LimitsInput } from "../../lib/api/services.ts";
import { useService } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Dialog, ErrorState, Select, Skeleton, TextField } from "../../ui/index.ts";
import type { ServiceDeeds } from "./service-actions.ts";
import { toLimitsChange } from "./service-limits.ts";

const policyWords: Record<RestartPolicyName, string> = {
  no: "Never",
  "on-failure": "When it fails",
  always: "Always",
  "unless-stopped": "Unless it was stopped",
};

export interface LimitsDialogProps {
  service: Service;
  deeds: ServiceDeeds;
  onClose: () => void;
}

/** What a container may use, and whether it comes back; changed while it runs. */
export function LimitsDialog(props: LimitsDialogProps) {
  const detail = useService(() => props.service.id);
  return (
    <Show
      when={detail.data}
      fallback={
        <Dialog open title={`Limits of ${visibleName(props.service.name)}`} onClose={props.onClose}>
          <Show when={detail.error} fallback={<Skeleton lines={4} />}>
            <ErrorState error={detail.error} onRetry={() => void detail.refetch()} />
          </Show>
        </Dialog>
      }
    >
      {(service) => <Form {...props} detail={service()} />}
    </Show>
  );
}

function Form(props: LimitsDialogProps & { detail: ServiceDetail }) {
  // What is typed is not taken away when the container is asked for again.
  const before = props.detail.limits;
  const [memory, setMemory] = createSignal(before.memoryBytes === null ? "" : String(before.memoryBytes / 1024 ** 2));
  const [cpus, setCpus] = createSignal(before.cpus === null ? "" : String(before.cpus));
  const [pids, setPids] = createSignal(before.pids === null ? "" : String(before.pids));
  const [policy, setPolicy] = createSignal<RestartPolicyName>(before.restartPolicy);
  const [retries, setRetries] = createSignal(String(before.restartRetries));
  const change = createMemo(() =>
    toLimitsChange(before, { memory: memory(), cpus: cpus(), pids: pids(), policy: policy(), retries: retries() }),
  );
  const ready = () => change().problems.size === 0 && Object.keys(change().body).length > 0;
  const submit = () => {
    if (!ready()) return;
    props.onClose();
    void props.deeds.update(props.service, change().body as LimitsInput);
  };
  return (
    <Dialog
      open
      title={`Limits of ${visibleName(props.service.name)}`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" disabled={!ready()} onClick={submit}>
            Save
          </Button>
        </>
      }
    >
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Memory, MiB"
          value={memory()}
          onInput={setMemory}
          placeholder="No limit"
          inputMode="numeric"
          autocomplete="off"
          error={change().problems.get("memory") ?? null}
          hint="A container that needs more is ended by the kernel."
          focus
        />
        <TextField
          label="Processors"
          value={cpus()}
          onInput={setCpus}
          placeholder="No limit"
          autocomplete="off"
          error={change().problems.get("cpus") ?? null}
          hint="Such as 1.5: one and a half of the host's."
        />
        <TextField
          label="Processes"
          value={pids()}
          onInput={setPids}
          placeholder="No limit"
          inputMode="numeric"
          autocomplete="off"
          error={change().problems.get("pids") ?? null}
        />
        <Select
          label="Start again"
          value={policy()}
          onChange={setPolicy}
          options={restartPolicies.map((value) => ({ value, label: policyWords[value] }))}
        />
        <Show when={policy() === "on-failure"}>
          <TextField
            label="Tries"
            value={retries()}
            onInput={setRetries}
            inputMode="numeric"
            autocomplete="off"
            error={change().problems.get("retries") ?? null}
            hint="0: without end."
          />
        </Show>
      </form>
    </Dialog>
  );
}
