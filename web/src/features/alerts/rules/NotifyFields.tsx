import { For, Show } from "solid-js";
import type { AlertChannel } from "../../../../../shared/protocol/alert.ts";
import { BELL, DEFAULT_CHANNEL } from "../../../../../shared/protocol/alert-kinds.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Checkbox, Select, TextField } from "../../../ui/index.ts";
import { alertLabels, alertMessages } from "../messages.ts";
import type { RuleFieldsProps } from "./rule-form.ts";

const texts = alertMessages.ruleForm;
const repeats = [
  { value: "", label: alertLabels.once },
  { value: "900", label: alertLabels.every15Minutes },
  { value: "3600", label: alertLabels.everyHour },
  { value: "14400", label: alertLabels.every4Hours },
  { value: "86400", label: alertLabels.everyDay },
];
const weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const toggled = <T,>(list: readonly T[], item: T, on: boolean) =>
  on ? [...list, item] : list.filter((other) => other !== item);

/** Who is notified, how often, and when not. */
export function NotifyFields(props: RuleFieldsProps & { channels: readonly AlertChannel[] }) {
  const repeatOptions = () =>
    repeats.some(({ value }) => value === props.draft.repeat)
      ? repeats
      : [...repeats, { value: props.draft.repeat, label: `Every ${props.draft.repeat} s` }];
  const defaultLabel = () => {
    const name = props.channels.find(({ isDefault }) => isDefault)?.name;
    return name === undefined ? texts.noDefault : texts.defaultChannel(visibleName(name));
  };
  const setChannel = (id: string, on: boolean) => props.set({ channels: toggled(props.draft.channels, id, on) });
  return (
    <fieldset class="alert-part">
      <legend>{texts.notify}</legend>
      <div class="alert-choices">
        <Checkbox
          label={texts.bell}
          checked={props.draft.channels.includes(BELL)}
          onChange={(on) => setChannel(BELL, on)}
        />
        <Checkbox
          label={defaultLabel()}
          checked={props.draft.channels.includes(DEFAULT_CHANNEL)}
          onChange={(on) => setChannel(DEFAULT_CHANNEL, on)}
        />
        <For each={props.channels}>
          {(channel) => (
            <Checkbox
              label={visibleName(channel.name)}
              checked={props.draft.channels.includes(channel.id)}
              onChange={(on) => setChannel(channel.id, on)}
            />
          )}
        </For>
      </div>
      <div class="alert-pair">
        <Select
          label={texts.repeat}
          value={props.draft.repeat}
          options={repeatOptions()}
          onChange={(repeat) => props.set({ repeat })}
        />
      </div>
      <Checkbox
        label={texts.notifyResolved}
        checked={props.draft.tellResolved}
        onChange={(tellResolved) => props.set({ tellResolved })}
      />
      <Checkbox
        label={texts.quiet}
        hint={texts.quietHint}
        checked={props.draft.quiet}
        onChange={(quiet) => props.set({ quiet })}
      />
      <Show when={props.draft.quiet}>
        <QuietFields {...props} />
      </Show>
    </fieldset>
  );
}

function QuietFields(props: RuleFieldsProps) {
  return (
    <>
      <div class="alert-days">
        <For each={weekdays}>
          {(name, day) => (
            <Checkbox
              label={name}
              checked={props.draft.days.includes(day())}
              onChange={(on) => props.set({ days: toggled(props.draft.days, day(), on) })}
            />
          )}
        </For>
      </div>
      <Show when={props.errors.days}>
        <div class="field-error">{props.errors.days}</div>
      </Show>
      <div class="alert-pair">
        <TextField
          label={alertLabels.from}
          value={props.draft.from}
          placeholder="22:00"
          onInput={(from) => props.set({ from })}
        />
        <TextField
          label={alertLabels.to}
          value={props.draft.to}
          placeholder="07:00"
          onInput={(to) => props.set({ to })}
        />
        <TextField
          label={alertLabels.timeZone}
          value={props.draft.timeZone}
          placeholder="Europe/Berlin"
          onInput={(timeZone) => props.set({ timeZone })}
        />
      </div>
    </>
  );
}
