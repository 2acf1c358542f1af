import { Show } from "solid-js";
import { Checkbox, TextField } from "../../ui/fields.tsx";
import type { LimitsDraft } from "./limits.ts";

/** Which services and deployments may be seen, by name. */
export function LimitsFields(props: { value: LimitsDraft; onChange: (value: LimitsDraft) => void }) {
  return (
    <fieldset class="fieldset form">
      <legend>What may be seen</legend>
      <NameList
        label="Only named containers"
        names="Container names"
        value={props.value.services}
        onChange={(services) => props.onChange({ ...props.value, services })}
      />
      <NameList
        label="Only named PM2 processes"
        names="PM2 process names"
        value={props.value.deployments}
        onChange={(deployments) => props.onChange({ ...props.value, deployments })}
      />
    </fieldset>
  );
}

function NameList(props: {
  label: string;
  names: string;
  value: string | null;
  onChange: (value: string | null) => void;
}) {
  return (
    <>
      <Checkbox
        label={props.label}
        checked={props.value !== null}
        onChange={(limited) => props.onChange(limited ? "" : null)}
      />
      <Show when={props.value !== null}>
        <TextField
          label={props.names}
          labelHidden
          rows={3}
          value={props.value ?? ""}
          onInput={props.onChange}
          hint="One name a line. Empty: none at all."
          mono
        />
      </Show>
    </>
  );
}
