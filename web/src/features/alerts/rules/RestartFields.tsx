import { Show } from "solid-js";
import { healable } from "../../../../../shared/protocol/alert-kinds.ts";
import { Checkbox, TextField } from "../../../ui/index.ts";
import { alertMessages } from "../messages.ts";
import type { RuleFieldsProps } from "./rule-form.ts";

const texts = alertMessages.ruleForm;

/** Automatic restarts of a rule, for conditions that a restart can resolve. */
export function RestartFields(props: RuleFieldsProps) {
  return (
    <Show when={healable.includes(props.draft.kind)}>
      <fieldset class="alert-part">
        <legend>{texts.action}</legend>
        <Checkbox
          label={texts.restart}
          hint={texts.restartHint}
          checked={props.draft.heal}
          onChange={(heal) => props.set({ heal })}
        />
        <Show when={props.draft.heal}>
          <div class="alert-pair">
            <TextField
              label={texts.restartLimit}
              type="number"
              value={props.draft.healLimit}
              hint={texts.restartLimitHint}
              error={props.errors.healLimit}
              onInput={(healLimit) => props.set({ healLimit })}
            />
            <TextField
              label={texts.within}
              type="number"
              value={props.draft.healWithin}
              error={props.errors.healWithin}
              onInput={(healWithin) => props.set({ healWithin })}
            />
            <TextField
              label={texts.restartBackoff}
              type="number"
              value={props.draft.healBackoff}
              hint={texts.restartBackoffHint}
              error={props.errors.healBackoff}
              onInput={(healBackoff) => props.set({ healBackoff })}
            />
          </div>
        </Show>
      </fieldset>
    </Show>
  );
}
