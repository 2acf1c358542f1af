import Pencil from "lucide-solid/icons/pencil";
import Play from "lucide-solid/icons/play";
import Trash2 from "lucide-solid/icons/trash";
import { createSignal, For, Show } from "solid-js";
import type { McpCheck, McpOutcome, McpSavedCall } from "../../../../../shared/protocol/mcp-workbench.ts";
import { formatElapsed, formatTime } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Badge, Callout, IconButton, toast } from "../../../ui/index.ts";
import { ToolResultView } from "../tools/ToolResultView.tsx";
import { toToolResult } from "../tools/tool-result.ts";
import { assertionText } from "./assertion-draft.ts";
import { savedMessages as texts } from "./messages.ts";
import { savedCallsApi } from "./saved-calls-api.ts";

export interface SavedCallProps {
  serverId: string;
  call: McpSavedCall;
  canRun: boolean;
  open: boolean;
  onToggle: (open: boolean) => void;
  onChecked: () => Promise<unknown>;
  onEdit: () => void;
  onRemove: () => void;
}

/** One saved call: how its latest check ended, and each assertion with what was found in its place. */
export function SavedCall(props: SavedCallProps) {
  const [busy, setBusy] = createSignal(false);
  /** The check of this page view, which has the whole result. */
  const [check, setCheck] = createSignal<McpCheck | null>(null);
  const last = () => props.call.lastCheck;
  const state = () => (last() === null ? "open" : last()?.passed ? "passed" : "failed");
  const name = () => visibleName(props.call.name);
  const what = () =>
    visibleName(props.call.method === "tools/call" ? String(props.call.params?.name ?? "") : props.call.method);

  const run = async () => {
    if (busy()) return;
    setBusy(true);
    try {
      setCheck(await savedCallsApi.check(props.serverId, props.call.id));
    } catch (error) {
      toast.error(error);
    } finally {
      setBusy(false);
    }
    await props.onChecked();
    props.onToggle(true);
  };

  return (
    <li class="call" aria-busy={busy()}>
      <div class="row call-head">
        <button
          type="button"
          class="call-toggle grow"
          aria-expanded={props.open}
          onClick={() => props.onToggle(!props.open)}
        >
          <Badge tone={state() === "passed" ? "ok" : state() === "failed" ? "bad" : "neutral"}>
            {texts.states[state()]}
          </Badge>
          <b class="truncate">{name()}</b>
          <code class="faint truncate saved-what">{what()}</code>
          <Show when={last()}>
            {(at) => (
              <span class="count saved-what">
                {formatElapsed(at().durationMs)} · {formatTime(at().checkedAt)}
              </span>
            )}
          </Show>
        </button>
        <IconButton
          size="sm"
          label={texts.run(name())}
          icon={<Play size={14} />}
          busy={busy()}
          disabled={!props.canRun}
          onClick={() => void run()}
        />
        <IconButton size="sm" label={texts.edit(name())} icon={<Pencil size={14} />} onClick={() => props.onEdit()} />
        <IconButton
          size="sm"
          label={texts.remove(name())}
          icon={<Trash2 size={14} />}
          onClick={() => props.onRemove()}
        />
      </div>
      <Show when={props.open}>
        <div class="call-body">
          <pre class="call-arguments">{JSON.stringify(props.call.params ?? {}, null, 2)}</pre>
          <Show when={last()?.error}>{(error) => <Callout tone="bad">{error()}</Callout>}</Show>
          <Show when={props.call.assertions.length > 0} fallback={<p class="faint">{texts.noAssertions}</p>}>
            <ul class="saved-outcomes" aria-label={texts.assertions}>
              <For each={props.call.assertions}>
                {(assertion, index) => (
                  <Outcome text={assertionText(assertion)} outcome={last()?.outcomes[index()] ?? null} />
                )}
              </For>
            </ul>
          </Show>
          <Show when={check()?.result}>
            {(result) => (
              <section aria-label={texts.result}>
                <ToolResultView result={toToolResult(result())} />
              </section>
            )}
          </Show>
        </div>
      </Show>
    </li>
  );
}

function Outcome(props: { text: string; outcome: McpOutcome | null }) {
  return (
    <li class="saved-outcome">
      <div class="row">
        <Show when={props.outcome}>
          {(outcome) => (
            <Badge tone={outcome().passed ? "ok" : "bad"}>{outcome().passed ? texts.holds : texts.doesNotHold}</Badge>
          )}
        </Show>
        <span class="grow">{visibleName(props.text)}</span>
      </div>
      <Show when={props.outcome?.message}>{(message) => <p>{visibleName(message())}</p>}</Show>
      <Show when={props.outcome && !props.outcome.passed && (props.outcome.expected ?? props.outcome.actual) !== null}>
        <div class="saved-difference">
          <div>
            <h4>{texts.expected}</h4>
            <pre class="wire-text">{props.outcome?.expected ?? "–"}</pre>
          </div>
          <div>
            <h4>{texts.actual}</h4>
            <pre class="wire-text">{props.outcome?.actual ?? "–"}</pre>
          </div>
        </div>
      </Show>
    </li>
  );
}
