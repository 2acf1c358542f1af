import { createMemo, createSignal } from "solid-js";
import type { AlertChannel, ListedAlertRule } from "../../../../../shared/protocol/alert.ts";
import { api } from "../../../lib/api.ts";
import { createFormDraft } from "../../../lib/form-draft.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { createCheckedSubmit } from "../../../resource/checked-submit.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { TextField, toast } from "../../../ui/index.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import { ConditionFields } from "./ConditionFields.tsx";
import { NotifyFields } from "./NotifyFields.tsx";
import { RestartFields } from "./RestartFields.tsx";
import { keepRule, newDraft, type RuleDraft, type RuleErrors, restoreRule, toDraft, toRule } from "./rule-form.ts";
import { SubjectFields } from "./SubjectFields.tsx";

/** Adds a rule, or edits one. */
export function RuleDialog(props: {
  rule?: ListedAlertRule | undefined;
  channels: readonly AlertChannel[];
  onClose: () => void;
}) {
  const invalidate = useInvalidate();
  const form = createFormDraft<RuleDraft>(
    `alert-rule:${props.rule?.id ?? "new"}`,
    props.rule ? toDraft(props.rule) : newDraft(),
    { keep: keepRule, restore: restoreRule, edits: props.rule !== undefined },
  );
  const { fields: draft, set } = form;
  const [checked, setChecked] = createSignal(false);
  const result = () => toRule(draft, props.rule?.enabled ?? true);
  const errors = createMemo((): RuleErrors => {
    const checkedResult = checked() ? result() : undefined;
    return checkedResult && "errors" in checkedResult ? checkedResult.errors : {};
  });
  const submit = createCheckedSubmit({
    check() {
      setChecked(true);
      return "rule" in result();
    },
    async send() {
      const sent = result();
      if ("errors" in sent) return;
      if (props.rule) await api.alerts.changeRule(props.rule.id, sent.rule);
      else await api.alerts.addRule(sent.rule);
    },
    refetch: () => invalidate(queryKeys.alerts),
    draft: form,
    onSent() {
      toast.success(props.rule ? alertMessages.rules.saved : alertMessages.rules.added);
      props.onClose();
    },
  });

  return (
    <FormDialog
      wide
      noValidate
      title={props.rule ? alertMessages.rules.edit : alertMessages.rules.add}
      submit={submit}
      action={props.rule ? alertLabels.save : alertMessages.rules.add}
      draft={form}
      onClose={props.onClose}
    >
      <TextField
        label={alertLabels.name}
        focus
        value={draft.name}
        maxLength={100}
        error={errors().name}
        onInput={(name) => set({ name })}
      />
      <ConditionFields draft={draft} set={set} errors={errors()} />
      <SubjectFields draft={draft} set={set} errors={errors()} />
      <NotifyFields draft={draft} set={set} errors={errors()} channels={props.channels} />
      <RestartFields draft={draft} set={set} errors={errors()} />
    </FormDialog>
  );
}
