import Send from "lucide-solid/icons/send-horizontal";
import { createMemo, createSignal, Show } from "solid-js";
import { createStore, reconcile } from "solid-js/store";
import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import { useSession } from "../../../lib/session.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, Callout, Segmented, TextField } from "../../../ui/index.ts";
import { toolMessages as texts } from "../messages.ts";
import type { CallHistory } from "./call-history.ts";
import { ToolFields } from "./ToolForm.tsx";
import { type Arguments, type FormErrors, type FormValues, initialValues, toArguments } from "./tool-arguments.ts";
import { toForm } from "./tool-schema.ts";

export interface ToolPaneProps {
  tool: McpTool;
  history: CallHistory;
  /** Arguments of an earlier call that the form starts with. */
  again: Arguments | undefined;
}

type Mode = "form" | "json";

/** One tool: what it does, its arguments, and the button that calls it. Created again for each tool. */
export function ToolPane(props: ToolPaneProps) {
  const session = useSession();
  const form = createMemo(() => toForm(props.tool.inputSchema));
  const [mode, setMode] = createSignal<Mode>(form() === null || props.again ? "json" : "form");
  const [values, setValues] = createStore<FormValues>(initialValues(form() ?? []));
  const [tried, setTried] = createSignal(false);
  const errors = createMemo((): FormErrors => (tried() ? toArguments(form() ?? [], values).errors : {}));
  const [raw, setRaw] = createSignal(JSON.stringify(props.again ?? {}, null, 2));
  const [rawError, setRawError] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);

  function choose(next: Mode): void {
    // JSON starts with the values of the form; the form starts with the defaults of the schema.
    if (next === "json") setRaw(JSON.stringify(toArguments(form() ?? [], values).arguments, null, 2));
    else setValues(reconcile(initialValues(form() ?? [])));
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
    const collected = toArguments(form() ?? [], values);
    return Object.keys(collected.errors).length > 0 ? undefined : collected.arguments;
  }

  async function call(event: Event): Promise<void> {
    event.preventDefault();
    if (busy()) return;
    const args = collect();
    if (!args) return;
    setBusy(true);
    await props.history.run(props.tool.name, args);
    setBusy(false);
  }

  return (
    <form class="tool-form" onSubmit={(event) => void call(event)} noValidate>
      <div class="tool-head">
        <h3>{visibleName(props.tool.title ?? props.tool.name)}</h3>
        <Show when={form() !== null && form()?.length !== 0}>
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
        <Show when={form()?.length !== 0} fallback={<p class="faint">{texts.noArguments}</p>}>
          <ToolFields
            fields={form() ?? []}
            values={values}
            errors={errors()}
            onChange={(key, value) => setValues(key, value)}
          />
        </Show>
      </Show>
      <Show when={session.may("mcp:control")} fallback={<p class="faint">{texts.viewOnly}</p>}>
        <div>
          <Button variant="primary" type="submit" icon={<Send size={14} />} busy={busy()}>
            {texts.call}
          </Button>
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
