import { Show } from "solid-js";
import type { Principal } from "../../../../../shared/protocol/permission.ts";
import { Checkbox, TextField } from "../../../ui/fields.tsx";
import { beyondLimits, isLimited, type LimitsDraft } from "./scope-form.ts";

export interface LimitsFieldsProps {
  value: LimitsDraft;
  onChange: (value: LimitsDraft) => void;
  /** Who is limited: what limits leave open depends on it. */
  who: Pick<Principal, "role" | "scopes">;
}

/** Which containers and processes may be seen, by name. */
export function LimitsFields(props: LimitsFieldsProps) {
  return (
    <fieldset class="fieldset form">
      <legend>Access</legend>
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
      <Show when={isLimited(props.value)}>
        <p class="field-hint">{beyondLimits(props.who)}</p>
      </Show>
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
          hint="One name per line. Leave empty for none."
          mono
        />
      </Show>
    </>
  );
}
