import { Show } from "solid-js";
import { conditionKinds } from "../../../../../shared/protocol/alert-kinds.ts";
import { TextField } from "../../../ui/index.ts";
import { alertMessages } from "../messages.ts";
import type { RuleFieldsProps } from "./rule-form.ts";

const texts = alertMessages.ruleForm;

/** The containers, processes or disks that a rule applies to. A rule about the whole host has no such fields. */
export function SubjectFields(props: RuleFieldsProps) {
  const subject = () => conditionKinds[props.draft.kind].subject;
  return (
    <Show when={subject() !== "host" || props.draft.kind === "host-disk"}>
      <fieldset class="alert-part">
        <legend>{texts.subjects}</legend>
        <div class="alert-pair">
          <TextField
            label={texts.names[subject()]}
            mono
            rows={2}
            value={props.draft.names}
            placeholder={subject() === "host" ? "/" : "shop-*"}
            hint={subject() === "process" ? texts.processNamesHint : texts.namesHint}
            onInput={(names) => props.set({ names })}
          />
          <Show when={subject() === "container"}>
            <TextField
              label={texts.projects}
              mono
              rows={2}
              value={props.draft.projects}
              hint={texts.projectsHint}
              onInput={(projects) => props.set({ projects })}
            />
          </Show>
        </div>
      </fieldset>
    </Show>
  );
}
