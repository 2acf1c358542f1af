import Send from "lucide-solid/icons/send-horizontal";
import { createMemo, createSignal, Show, untrack } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, Segmented, Select, TextField } from "../../../ui/index.ts";
import { toolMessages as texts } from "../messages.ts";
import type { CallHistory } from "./call-history.ts";
import { ToolFields } from "./ToolForm.tsx";
import {
  type Arguments,
  type FormErrors,
  type FormValues,
  initialValues,
  toArguments,
  valuesOf,
} from "./tool-arguments.ts";
import { toForm } from "./tool-schema.ts";

export interface ToolPaneProps {
  tool: McpTool;
  history: CallHistory;
  /** Arguments of an earlier call that the form starts with. */
  again: Arguments | undefined;
  /** Saves the call with the arguments of the form. */
  onSave: (args: Arguments) => void;
}

/** A call may wait for an answer of a person, which the server asks for. */
const TIMEOUTS_MS = [55_000, 120_000, 300_000, 600_000] as const;

type Mode = "form" | "json";

/** One tool: what it does, its arguments, and the button that calls it. Created again for another tool or other arguments. */
export function ToolPane(props: ToolPaneProps) {
  const session = useSession();
  const form = untrack(() => toForm(props.tool.inputSchema));
  const [mode, setMode] = createSignal<Mode>(form === null || props.again ? "json" : "form");
  const [values, setValues] = createStore<FormValues>(initialValues(form ?? []));
  const [tried, setTried] = createSignal(false);
  const errors = createMemo((): FormErrors => (tried() ? toArguments(form ?? [], values).errors : {}));
  const [raw, setRaw] = createSignal(JSON.stringify(props.again ?? {}, null, 2));
  const [rawError, setRawError] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [timeoutMs, setTimeoutMs] = createSignal<(typeof TIMEOUTS_MS)[number]>(TIMEOUTS_MS[2]);

  function choose(next: Mode): void {
    // Each starts with what the other holds. JSON that the form cannot show stays.
    if (next === "json") setRaw(JSON.stringify(toArguments(form ?? [], values).arguments, null, 2));
    else {
      const parsed = parseObject(raw());
      const placed = parsed && valuesOf(form ?? [], parsed);
      if (!placed) return void setRawError(parsed ? texts.jsonHasMore : texts.jsonInvalid);
      setValues(reconcile(placed));
    }
    setTried(false);
    setRawError(null);
    setMode(next);
  }

  function collect(): Arguments | undefined {
    if (mode() === "json") {
      const parsed = parseObject(raw());
      setRawError(parsed ? null : texts.jsonInvalid);
      return parsed;
    }
    setTried(true);
    const collected = toArguments(form ?? [], values);
    return Object.keys(collected.errors).length > 0 ? undefined : collected.arguments;
  }

  async function call(event: Event): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const args = collect();
    if (!args) return;
    setBusy(true);
    await props.history.run(props.tool.name, args, {
      timeoutMs: timeoutMs(),
      outputSchema: props.tool.outputSchema,
      hasApp: (props.tool.app?.resourceUri ?? null) !== null,
    });
    setBusy(false);
  }

  function save(): void {
    const args = collect();
    if (args) props.onSave(args);
  }

  return (
    <form
      class="tool-form"
      onSubmit={(event) => void call(event)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void call(event);
      }}
      noValidate
    >
      <div class="tool-head">
        <h3>{visibleName(props.tool.title ?? props.tool.name)}</h3>
        <Show when={form !== null && form?.length !== 0}>
          <Segmented
            label={texts.argumentsFormat}
            value={mode()}
            options={[
              { value: "form", label: texts.formats.form },
              { value: "json", label: texts.formats.json },
            ]}
            onChange={choose}
          />
        </Show>
      </div>
      <Show when={props.tool.title && props.tool.title !== props.tool.name}>
        <code class="faint">{visibleName(props.tool.name)}</code>
      </Show>
      <Show when={props.tool.description}>
        <p class="tool-description">{props.tool.description}</p>
      </Show>
      <Show when={props.tool.problem}>
        <Callout tone="warn">{props.tool.problem}</Callout>
      </Show>
      <Show
        when={mode() === "form"}
        fallback={
          <TextField
            label={texts.arguments}
            mono
            rows={8}
            hint={texts.jsonHint}
            value={raw()}
            error={rawError()}
            onInput={setRaw}
          />
        }
      >
        <Show when={form?.length !== 0} fallback={<p class="faint">{texts.noArguments}</p>}>
          <ToolFields
            fields={form ?? []}
            values={values}
            errors={errors()}
            onChange={(key, value) => setValues(key, value)}
          />
        </Show>
      </Show>
      <Show when={session.may("mcp:control")} fallback={<p class="faint">{texts.viewOnly}</p>}>
        <div class="tool-call">
          <Button variant="primary" type="submit" icon={<Send size={14} />} busy={busy()} title={texts.callHint}>
            {texts.call}
          </Button>
          <Button onClick={save}>{texts.save}</Button>
          <Select
            size="sm"
            label={texts.timeout}
            value={String(timeoutMs())}
            options={TIMEOUTS_MS.map((value) => ({ value: String(value), label: texts.timeouts[value] }))}
            onChange={(value) => setTimeoutMs(TIMEOUTS_MS.find((one) => String(one) === value) ?? TIMEOUTS_MS[2])}
          />
        </div>
      </Show>
    </form>
  );
}

function parseObject(text: string): Arguments | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() === "" ? "{}" : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Arguments) : undefined;
  } catch {
    return undefined;
  }
}
