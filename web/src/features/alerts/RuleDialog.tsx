import { createMemo, createSignal, For, Show } from "solid-js";
import type { AlertChannel, ListedAlertRule } from "../../../../shared/protocol/alert.ts";
import { BELL, type ConditionKind, conditionKinds, healable } from "../../../../shared/protocol/alert-kinds.ts";
import { api, toMessage } from "../../lib/api.ts";
import { createFormDraft } from "../../lib/form-draft.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { DraftNotice } from "../../ui/DraftNotice.tsx";
import {
  Button,
  Callout,
  Checkbox,
  Dialog,
  focusInvalid,
  Segmented,
  Select,
  TextField,
  toast,
} from "../../ui/index.ts";
import { conditionWords, severityLooks } from "./alert-labels.ts";
import {
  keepRule,
  newDraft,
  type RuleDraft,
  type RuleErrors,
  restoreRule,
  toDraft,
  toRule,
  usualOf,
} from "./rule-form.ts";

const FORM = "alert-rule-form";
const kinds = (Object.keys(conditionKinds) as ConditionKind[]).map((value) => ({
  value,
  label: conditionWords[value],
}));
const repeats = [
  { value: "", label: "Once" },
  { value: "900", label: "Every 15 minutes" },
  { value: "3600", label: "Every hour" },
  { value: "14400", label: "Every 4 hours" },
  { value: "86400", label: "Every day" },
];
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const severityOptions = (["info", "warning", "critical"] as const).map((value) => ({
  value,
  label: severityLooks[value].text,
}));

/** The editor of a rule. */
export function RuleDialog(props: {
  rule?: ListedAlertRule | undefined;
  channels: readonly AlertChannel[];
  onClose: () => void;
}) {
  const form = createFormDraft<RuleDraft>(
    `alert-rule:${props.rule?.id ?? "new"}`,
    props.rule ? toDraft(props.rule) : newDraft(),
    { keep: keepRule, restore: restoreRule, edits: props.rule !== undefined },
  );
  const { fields: draft, set: setDraft } = form;
  const cancel = () => {
    form.drop();
    props.onClose();
  };
  const [tried, setTried] = createSignal(false);
  const [refusal, setRefusal] = createSignal("");
  const [saving, setSaving] = createSignal(false);
  const measure = () => conditionKinds[draft.kind].measure;
  const subject = () => conditionKinds[draft.kind].subject;
  const repeatOptions = () =>
    repeats.some(({ value }) => value === draft.repeat)
      ? repeats
      : [...repeats, { value: draft.repeat, label: `Every ${draft.repeat} s` }];
  const errors = createMemo((): RuleErrors => {
    const checked = tried() ? toRule(draft, true) : undefined;
    return checked && "errors" in checked ? checked.errors : {};
  });
  const toggled = <T,>(list: readonly T[], item: T, on: boolean) =>
    on ? [...list, item] : list.filter((other) => other !== item);

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    setTried(true);
    const checked = toRule(draft, props.rule?.enabled ?? true);
    if ("errors" in checked) return focusInvalid(event.currentTarget);
    setSaving(true);
    setRefusal("");
    try {
      if (props.rule) await api.alerts.changeRule(props.rule.id, checked.rule);
      else await api.alerts.addRule(checked.rule);
      await invalidate(queryKeys.alerts);
      toast.success(props.rule ? "Rule saved" : "Rule added");
      form.drop();
      props.onClose();
    } catch (error) {
      setRefusal(toMessage(error));
    } finally {
      setSaving(false);
    }
  }

  return (
    <Dialog
      open
      wide
      title={props.rule ? "Edit rule" : "Add rule"}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={cancel}>Cancel</Button>
          <Button variant="primary" type="submit" form={FORM} busy={saving()}>
            {props.rule ? "Save" : "Add rule"}
          </Button>
        </>
      }
    >
      <form id={FORM} class="form" onSubmit={(event) => void save(event)} noValidate>
        <DraftNotice draft={form} />
        <Show when={refusal()}>
          <Callout tone="bad">{refusal()}</Callout>
        </Show>
        <TextField
          label="Name"
          focus
          value={draft.name}
          maxLength={100}
          error={errors().name}
          onInput={(name) => setDraft({ name })}
        />
        <fieldset class="alert-part">
          <legend>When</legend>
          <Select
            label="Condition"
            value={draft.kind}
            options={kinds}
            onChange={(kind) => setDraft({ kind, ...usualOf(kind) })}
          />
          <Show when={draft.kind === "container-stopped"}>
            <Checkbox
              label="Also when it ends well (exit code 0)"
              hint="For containers that must never end. Stopping one on purpose is never an alert."
              checked={draft.anyExit}
              onChange={(anyExit) => setDraft({ anyExit })}
            />
          </Show>
          <Show when={draft.kind === "container-log"}>
            <Segmented
              label="How the text is read"
              value={draft.syntax}
              options={[
                { value: "text", label: "Text" },
                { value: "regex", label: "Expression (RE2)" },
              ]}
              onChange={(syntax) => setDraft({ syntax })}
            />
            <TextField
              label={draft.syntax === "text" ? "Text in a line" : "Expression"}
              mono
              value={draft.pattern}
              maxLength={500}
              error={errors().pattern}
              onInput={(pattern) => setDraft({ pattern })}
            />
            <Select
              label="Level of the line"
              value={draft.levels}
              options={[
                { value: "any", label: "Any" },
                { value: "warn", label: "Warning or worse" },
                { value: "error", label: "Error or worse" },
              ]}
              onChange={(levels) => setDraft({ levels })}
            />
          </Show>
          <div class="alert-pair">
            <Show when={measure() === "figure"}>
              <TextField
                label={draft.kind === "host-load" ? "Load of each core, from" : "Percent, from"}
                type="number"
                value={draft.threshold}
                hint={draft.kind === "container-cpu" ? "Of one core: 200 are two cores in full use." : undefined}
                error={errors().threshold}
                onInput={(threshold) => setDraft({ threshold })}
              />
            </Show>
            <Show when={measure() === "count"}>
              <TextField
                label="How often"
                type="number"
                value={draft.count}
                error={errors().count}
                onInput={(count) => setDraft({ count })}
              />
              <TextField
                label="Within minutes"
                type="number"
                value={draft.within}
                error={errors().within}
                onInput={(within) => setDraft({ within })}
              />
            </Show>
            <Show when={measure() !== "count"}>
              <TextField
                label="For seconds"
                type="number"
                value={draft.forSeconds}
                hint="How long it has to be so."
                error={errors().forSeconds}
                onInput={(forSeconds) => setDraft({ forSeconds })}
              />
            </Show>
            <Select
              label="Severity"
              value={draft.severity}
              options={severityOptions}
              onChange={(severity) => setDraft({ severity })}
            />
          </div>
        </fieldset>
        <Show when={subject() !== "host" || draft.kind === "host-disk"}>
          <fieldset class="alert-part">
            <legend>Of what</legend>
            <div class="alert-pair">
              <TextField
                label={
                  subject() === "host" ? "Mount points" : subject() === "process" ? "Process names" : "Container names"
                }
                mono
                rows={2}
                value={draft.names}
                placeholder={subject() === "host" ? "/" : "shop-*"}
                hint={
                  subject() === "process"
                    ? "One a line, namespace/name outside the default namespace; * stands for anything. Empty: all."
                    : "One a line; * stands for anything. Empty: all."
                }
                onInput={(names) => setDraft({ names })}
              />
              <Show when={subject() === "container"}>
                <TextField
                  label="Compose projects"
                  mono
                  rows={2}
                  value={draft.projects}
                  hint="One a line."
                  onInput={(projects) => setDraft({ projects })}
                />
              </Show>
            </div>
          </fieldset>
        </Show>
        <fieldset class="alert-part">
          <legend>Who is told</legend>
          <div class="alert-choices">
            <Checkbox
              label="Bell of this panel"
              checked={draft.channels.includes(BELL)}
              onChange={(on) => setDraft("channels", (list) => toggled(list, BELL, on))}
            />
            <For each={props.channels}>
              {(channel) => (
                <Checkbox
                  label={visibleName(channel.name)}
                  checked={draft.channels.includes(channel.id)}
                  onChange={(on) => setDraft("channels", (list) => toggled(list, channel.id, on))}
                />
              )}
            </For>
          </div>
          <div class="alert-pair">
            <Select
              label="As long as it lasts"
              value={draft.repeat}
              options={repeatOptions()}
              onChange={(repeat) => setDraft({ repeat })}
            />
          </div>
          <Checkbox
            label="Tell when it is over"
            checked={draft.tellResolved}
            onChange={(tellResolved) => setDraft({ tellResolved })}
          />
          <Checkbox
            label="Quiet hours"
            hint="Only the bell takes note; what is still wrong afterwards is sent then."
            checked={draft.quiet}
            onChange={(quiet) => setDraft({ quiet })}
          />
          <Show when={draft.quiet}>
            <div class="alert-days">
              <For each={weekdays}>
                {(name, day) => (
                  <Checkbox
                    label={name}
                    checked={draft.days.includes(day())}
                    onChange={(on) => setDraft("days", (list) => toggled(list, day(), on))}
                  />
                )}
              </For>
            </div>
            <Show when={errors().days}>
              <div class="field-error">{errors().days}</div>
            </Show>
            <div class="alert-pair">
              <TextField label="From" value={draft.from} placeholder="22:00" onInput={(from) => setDraft({ from })} />
              <TextField label="To" value={draft.to} placeholder="07:00" onInput={(to) => setDraft({ to })} />
              <TextField
                label="Time zone"
                value={draft.timeZone}
                placeholder="Europe/Berlin"
                onInput={(timeZone) => setDraft({ timeZone })}
              />
            </div>
          </Show>
        </fieldset>
        <Show when={healable.includes(draft.kind)}>
          <fieldset class="alert-part">
            <legend>What is done</legend>
            <Checkbox
              label="Restart the container"
              hint="Not while somebody has taken the alert over, works on it, or has stopped or paused it."
              checked={draft.heal}
              onChange={(heal) => setDraft({ heal })}
            />
            <Show when={draft.heal}>
              <div class="alert-pair">
                <TextField
                  label="At most"
                  type="number"
                  value={draft.healLimit}
                  hint="Then it gives up and says so."
                  error={errors().healLimit}
                  onInput={(healLimit) => setDraft({ healLimit })}
                />
                <TextField
                  label="Within minutes"
                  type="number"
                  value={draft.healWithin}
                  error={errors().healWithin}
                  onInput={(healWithin) => setDraft({ healWithin })}
                />
                <TextField
                  label="Seconds between two"
                  type="number"
                  value={draft.healBackoff}
                  hint="Doubles with each."
                  error={errors().healBackoff}
                  onInput={(healBackoff) => setDraft({ healBackoff })}
                />
              </div>
            </Show>
          </fieldset>
        </Show>
      </form>
    </Dialog>
  );
}
