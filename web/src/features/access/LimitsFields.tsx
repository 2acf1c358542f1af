import { Show } from "solid-js";
import { Checkbox, TextField } from "../../ui/fields.tsx";
import type { LimitsDraft } from "./limits.ts";

/** Which services and deployments may be seen, by name. */
export function LimitsFields(props: { value: LimitsDraft; onChange: (value: LimitsDraft) => void }) {
  const set = (part: Partial<LimitsDraft>) => props.onChange({ ...props.value, ...part });
  return (
    <fieldset class="fieldset form">
      <legend>What may be seen</legend>
      <Checkbox
        label="Only named services and deployments"
        checked={props.value.limited}
        onChange={(limited) => set({ limited })}
      />
      <Show when={props.value.limited}>
        <div class="form-pair">
          <TextField
            label="Containers"
            rows={4}
            value={props.value.services}
            onInput={(services) => set({ services })}
            hint="One name a line. Empty: none."
            mono
          />
          <TextField
            label="PM2 processes"
            rows={4}
            value={props.value.deployments}
            onInput={(deployments) => set({ deployments })}
            hint="One name a line. Empty: none."
            mono
          />
        </div>
      </Show>
    </fieldset>
  );
}
