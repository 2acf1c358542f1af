import { Show } from "solid-js";
import type { Principal } from "../../../../../shared/protocol/access.ts";
import { Checkbox, TextField } from "../../../ui/fields.tsx";
import { accessMessages } from "../messages.ts";
import { describeUnscoped, hasLimitedScope, type ScopeDraft } from "./scope-form.ts";

const texts = accessMessages.scope;

export interface ScopeFieldsProps {
  value: ScopeDraft;
  onChange: (value: ScopeDraft) => void;
  /** Role and permissions of the user or key: they decide what the limits leave open. */
  who: Pick<Principal, "role" | "scopes">;
}

/** Limits a user or key to containers and processes by name. */
export function ScopeFields(props: ScopeFieldsProps) {
  return (
    <fieldset class="fieldset form">
      <legend>{texts.legend}</legend>
      <NameList
        label={texts.services}
        names={texts.serviceNames}
        value={props.value.services}
        onChange={(services) => props.onChange({ ...props.value, services })}
      />
      <NameList
        label={texts.deployments}
        names={texts.deploymentNames}
        value={props.value.deployments}
        onChange={(deployments) => props.onChange({ ...props.value, deployments })}
      />
      <Show when={hasLimitedScope(props.value)}>
        <p class="field-hint">{describeUnscoped(props.who)}</p>
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
          hint={texts.namesHint}
          mono
        />
      </Show>
    </>
  );
}
