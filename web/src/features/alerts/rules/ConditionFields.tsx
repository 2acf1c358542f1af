import { Show } from "solid-js";
import {
  type ConditionKind,
  conditionKinds,
  logConditions,
  type Severity,
} from "../../../../../shared/protocol/alert-kinds.ts";
import { Checkbox, Segmented, Select, TextField } from "../../../ui/index.ts";
import { conditionLabels, severityDisplay } from "../alert-labels.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import { defaultsOf, type RuleFieldsProps } from "./rule-form.ts";

const texts = alertMessages.ruleForm;
const kinds = (Object.keys(conditionKinds) as ConditionKind[]).map((value) => ({
  value,
  label: conditionLabels[value],
}));
const severityOptions = (["info", "warning", "critical"] as const).map((value: Severity) => ({
  value,
  label: severityDisplay[value].text,
}));

function thresholdLabel(kind: ConditionKind): string {
  if (kind === "process-memory") return texts.thresholdMemory;
  if (kind === "process-log-size") return texts.thresholdLogSize;
  return kind === "host-load" ? texts.thresholdLoad : texts.thresholdPercent;
}

function thresholdHint(kind: ConditionKind): string | undefined {
  if (kind === "process-memory") return texts.thresholdMemoryHint;
  if (kind === "process-log-size") return texts.thresholdLogSizeHint;
  return kind === "container-cpu" || kind === "process-cpu" ? texts.thresholdCpuHint : undefined;
}

/** What a rule waits for, with its thresholds and severity. */
export function ConditionFields(props: RuleFieldsProps) {
  const measure = () => conditionKinds[props.draft.kind].measure;
  return (
    <fieldset class="alert-part">
      <legend>{texts.when}</legend>
      <Select
        label={texts.condition}
        value={props.draft.kind}
        options={kinds}
        onChange={(kind) => props.set({ kind, ...defaultsOf(kind) })}
      />
      <Show when={props.draft.kind === "container-stopped"}>
        <Checkbox
          label={texts.anyExit}
          hint={texts.anyExitHint}
          checked={props.draft.anyExit}
          onChange={(anyExit) => props.set({ anyExit })}
        />
      </Show>
      <Show when={props.draft.kind === "process-not-listening"}>
        <TextField
          label={texts.port}
          inputMode="numeric"
          value={props.draft.port}
          hint={texts.portHint}
          error={props.errors.port}
          onInput={(port) => props.set({ port })}
        />
      </Show>
      <Show when={logConditions.includes(props.draft.kind)}>
        <LogFields {...props} />
      </Show>
      <div class="alert-pair">
        <Show when={measure() === "metric"}>
          <TextField
            label={thresholdLabel(props.draft.kind)}
            type="number"
            value={props.draft.threshold}
            hint={thresholdHint(props.draft.kind)}
            error={props.errors.threshold}
            onInput={(threshold) => props.set({ threshold })}
          />
        </Show>
        <Show when={measure() === "count"}>
          <TextField
            label={texts.count}
            type="number"
            value={props.draft.count}
            error={props.errors.count}
            onInput={(count) => props.set({ count })}
          />
          <TextField
            label={texts.within}
            type="number"
            value={props.draft.within}
            error={props.errors.within}
            onInput={(within) => props.set({ within })}
          />
        </Show>
        <Show when={measure() !== "count"}>
          <TextField
            label={texts.forSeconds}
            type="number"
            value={props.draft.forSeconds}
            hint={texts.forSecondsHint}
            error={props.errors.forSeconds}
            onInput={(forSeconds) => props.set({ forSeconds })}
          />
        </Show>
        <Select
          label={texts.severity}
          value={props.draft.severity}
          options={severityOptions}
          onChange={(severity) => props.set({ severity })}
        />
      </div>
    </fieldset>
  );
}

function LogFields(props: RuleFieldsProps) {
  return (
    <>
      <Segmented
        label={texts.syntax}
        value={props.draft.syntax}
        options={[
          { value: "text", label: alertLabels.text },
          { value: "regex", label: alertLabels.expressionRe2 },
        ]}
        onChange={(syntax) => props.set({ syntax })}
      />
      <TextField
        label={props.draft.syntax === "text" ? texts.patternText : texts.patternRegex}
        mono
        value={props.draft.pattern}
        maxLength={500}
        error={props.errors.pattern}
        onInput={(pattern) => props.set({ pattern })}
      />
      <Select
        label={texts.levels}
        value={props.draft.levels}
        options={[
          { value: "any", label: alertLabels.any },
          { value: "warn", label: alertLabels.warningOrWorse },
          { value: "error", label: alertLabels.errorOrWorse },
        ]}
        onChange={(levels) => props.set({ levels })}
      />
    </>
  );
}
