import { createSignal, Show } from "solid-js";
import {
  type NumberLimits,
  type NumberSettingName,
  numberSettings,
} from "../../../../shared/protocol/setting-limits.ts";
import type { EnvironmentWay, NumberSetting } from "../../../../shared/protocol/settings.ts";
import { api } from "../../lib/api.ts";
import { formatBytes } from "../../lib/format.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { createSubmit } from "../../resource/submit.ts";
import { Button, confirm, TextField, toast } from "../../ui/index.ts";
import { CommandLine } from "./CommandLine.tsx";
import { environmentMessages, numberTexts, settingsMessages as texts } from "./messages.ts";
import { toText, toValue } from "./number-text.ts";
import { SettingNote } from "./SettingNote.tsx";

/** A smaller value deletes what is stored beyond it. */
const deleting: ReadonlySet<NumberSettingName> = new Set([
  "LOG_STORE_MAX_BYTES",
  "LOG_STORE_MAX_DAYS",
  "STATS_HISTORY_DAYS",
  "ACTIVITY_MAX_BYTES",
  "ACTIVITY_MAX_DAYS",
]);

/** One number with its bounds, where it comes from, and who changed it. */
export function NumberRow(props: { setting: NumberSetting; way: EnvironmentWay }) {
  const invalidate = useInvalidate();
  const { name } = props.setting;
  const limits: NumberLimits = numberSettings[name];
  const [typed, setTyped] = createSignal<string | null>(null);
  const isFixed = () => props.setting.source === "environment";
  const shown = () => toText(limits, props.setting.value);
  const text = () => typed() ?? shown();
  const parsed = () => toValue(limits, text());
  const rangeError = () => {
    if (typed() === null || parsed() !== undefined) return null;
    const range = limits.whole && limits.unit !== "bytes" ? texts.wholeRange : texts.range;
    return range(toText(limits, limits.min), toText(limits, limits.max));
  };
  const submit = createSubmit({
    ready: () => typed() !== null && text() !== shown() && parsed() !== undefined,
    send: () => save(parsed() ?? null),
    refetch: () => invalidate(queryKeys.settings),
    onSent: done,
  });
  const reset = createSubmit({ send: () => save(null), refetch: () => invalidate(queryKeys.settings), onSent: done });

  async function save(value: number | null): Promise<boolean> {
    const next = value ?? limits.default;
    // 0 stores nothing from now on and deletes nothing; a smaller value does.
    const isSmaller = deleting.has(name) && next > 0 && next < props.setting.value;
    const note = texts.deletesNote(numberTexts[name].label);
    if (isSmaller && !(await confirm({ title: texts.deletesTitle, body: note, action: texts.deletes, danger: true }))) {
      return false;
    }
    await api.settings.setValue(name, value, props.setting.version);
    return true;
  }
  function done(isSaved: boolean) {
    if (!isSaved) return;
    setTyped(null);
    toast.success(texts.saved);
  }

  return (
    <form class="settings-row" noValidate onSubmit={(event) => void submit.submit(event)}>
      <TextField
        label={numberTexts[name].label}
        hint={numberTexts[name].hint}
        value={text()}
        inputMode="numeric"
        disabled={isFixed()}
        error={rangeError() ?? submit.problem() ?? reset.problem()}
        onInput={(value) => {
          submit.dismiss();
          setTyped(value);
        }}
      />
      <Show
        when={!isFixed()}
        fallback={
          <div class="settings-fixed">
            <p class="field-hint">{texts.fromEnvironment(name, props.setting.value)}</p>
            <CommandLine text={environmentMessages.unset[props.way](name)} label={environmentMessages.copy(name)} />
          </div>
        }
      >
        <div class="settings-buttons">
          <Button
            type="submit"
            variant={submit.ready() ? "primary" : "secondary"}
            busy={submit.busy()}
            disabled={!submit.ready()}
          >
            {texts.save}
          </Button>
          <Show when={props.setting.stored !== null}>
            <Button variant="ghost" busy={reset.busy()} onClick={() => void reset.submit()}>
              {texts.useDefault}
            </Button>
          </Show>
        </div>
        <SettingNote setting={props.setting}>
          {texts.isDefault(limits.unit === "bytes" ? formatBytes(limits.default) : String(limits.default))}
        </SettingNote>
      </Show>
    </form>
  );
}
