import { Show } from "solid-js";
import type { ResourceScope } from "../../../../../shared/protocol/access.ts";
import { narrowestScope } from "../../../../../shared/protocol/permission.ts";
import { NamePicker } from "../../../resource/NamePicker.tsx";
import { type NameChoices, useContainerChoices, useProcessScopeChoices } from "../../../resource/name-choices.ts";
import { toNames } from "../../../resource/name-list.ts";
import { Checkbox } from "../../../ui/fields.tsx";
import { accessMessages } from "../messages.ts";
import { AccessSummary } from "./AccessSummary.tsx";
import type { AccessSubject } from "./access-summary.ts";
import { type ScopeDraft, toScope } from "./scope-form.ts";

const texts = accessMessages.scope;

/** Names in one limit: as many as the server takes. */
const MAX_NAMES = 500;

export interface ScopeFieldsProps {
  value: ScopeDraft;
  onChange: (value: ScopeDraft) => void;
  /** Role and permissions of the user or key: they decide what the limits leave open. */
  who: Omit<AccessSubject, "limits">;
  /** Limits of the owner of a key, which narrow those of the key. */
  within?: ResourceScope | undefined;
}

/** Limits a user or key to containers and processes, and says what it may do then. */
export function ScopeFields(props: ScopeFieldsProps) {
  const limits = () => (props.within ? narrowestScope(toScope(props.value), props.within) : toScope(props.value));
  return (
    <>
      <fieldset class="fieldset form">
        <legend>{texts.legend}</legend>
        <Limit
          limit={texts.services}
          label={texts.serviceNames}
          empty={texts.noServices}
          value={props.value.services}
          useNames={useContainerChoices}
          onChange={(services) => props.onChange({ ...props.value, services })}
        />
        <Limit
          limit={texts.deployments}
          label={texts.deploymentNames}
          empty={texts.noDeployments}
          commas={false}
          value={props.value.deployments}
          useNames={useProcessScopeChoices}
          onChange={(deployments) => props.onChange({ ...props.value, deployments })}
        />
      </fieldset>
      <AccessSummary who={{ ...props.who, limits: limits() }} />
    </>
  );
}

interface LimitProps {
  limit: string;
  label: string;
  empty: string;
  /** One name per line; null: no limit. */
  value: string | null;
  useNames: () => () => NameChoices;
  commas?: boolean;
  onChange: (value: string | null) => void;
}

function Limit(props: LimitProps) {
  return (
    <>
      <Checkbox
        label={props.limit}
        checked={props.value !== null}
        onChange={(limited) => props.onChange(limited ? "" : null)}
      />
      <Show when={props.value !== null}>
        <Names {...props} />
      </Show>
    </>
  );
}

/** Reads the list of names only while it is shown. */
function Names(props: LimitProps) {
  const names = props.useNames();
  return (
    <NamePicker
      label={props.label}
      value={toNames(props.value ?? "")}
      names={names()}
      max={MAX_NAMES}
      empty={props.empty}
      commas={props.commas}
      onChange={(chosen) => props.onChange(chosen.join("\n"))}
    />
  );
}
