import Bookmark from "lucide-solid/icons/bookmark";
import Repeat from "lucide-solid/icons/repeat-2";
import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import type { McpTool } from "../../../../../shared/protocol/mcp.ts";
import { formatElapsed, formatTime } from "../../../lib/format.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Badge, Button, Callout, IconButton } from "../../../ui/index.ts";
import { ResultViews } from "../apps/ResultViews.tsx";
import { toolMessages as texts } from "../messages.ts";
import type { CallHistory, ToolCall } from "./call-history.ts";
import { ToolResultView } from "./ToolResultView.tsx";

export interface CallHistoryListProps {
  serverId: string;
  tools: readonly McpTool[];
  history: CallHistory;
  onAgain: (call: ToolCall) => void;
  onSave: (call: ToolCall) => void;
}

/** The calls of this page view, newest first. The newest one is expanded. */
export function CallHistoryList(props: CallHistoryListProps) {
  const [open, setOpen] = createSignal<number | null>(null);
  createEffect(
    on(
      () => props.history.calls()[0]?.id,
      (id) => setOpen(id ?? null),
    ),
  );
  const ids = () => props.history.calls().map(({ id }) => id);
  return (
    <Show when={props.history.calls().length > 0}>
      <section class="calls" aria-label={texts.calls}>
        <header class="row">
          <h3 class="grow">{texts.calls}</h3>
          <Button size="sm" variant="ghost" onClick={props.history.clear}>
            {texts.clear}
          </Button>
        </header>
        <ol>
          <For each={ids()}>
            {(id) => (
              <Show when={props.history.calls().find((call) => call.id === id)}>
                {(call) => (
                  <Call
                    call={call()}
                    serverId={props.serverId}
                    tools={props.tools}
                    open={open() === id}
                    onToggle={() => setOpen(open() === id ? null : id)}
                    onAgain={() => props.onAgain(call())}
                    onSave={() => props.onSave(call())}
                    onCancel={() => props.history.cancel(id)}
                  />
                )}
              </Show>
            )}
          </For>
        </ol>
      </section>
    </Show>
  );
}

interface CallProps {
  serverId: string;
  tools: readonly McpTool[];
  call: ToolCall;
  open: boolean;
  onToggle: () => void;
  onAgain: () => void;
  onSave: () => void;
  onCancel: () => void;
}

function Call(props: CallProps) {
  let item: HTMLLIElement | undefined;
  const running = () => props.call.duration === null;
  const [seconds, setSeconds] = createSignal(0);
  // Below a long form the result would be out of view.
  const show = () => item?.scrollIntoView({ block: "nearest" });
  onMount(() => {
    if (!running()) return;
    show();
    const timer = setInterval(() => {
      if (running()) setSeconds(Math.floor((Date.now() - props.call.startedAt) / 1_000));
      else clearInterval(timer);
    }, 1_000);
    onCleanup(() => clearInterval(timer));
  });
  createEffect(
    on(
      running,
      (runs) => {
        if (!runs && props.open) show();
      },
      { defer: true },
    ),
  );
  const failed = () => props.call.error !== null || props.call.result?.failed === true;
  const appTool = () =>
    props.call.response === null
      ? undefined
      : props.tools.find(({ name, app }) => name === props.call.tool && (app?.resourceUri ?? null) !== null);
  return (
    <li class="call" ref={item} aria-busy={props.call.duration === null}>
      <div class="row call-head">
        <button type="button" class="call-toggle grow" aria-expanded={props.open} onClick={props.onToggle}>
          <b class="truncate">{visibleName(props.call.tool)}</b>
          <Show
            when={props.call.duration === null}
            fallback={<Badge tone={failed() ? "bad" : "ok"}>{failed() ? texts.states.error : texts.states.ok}</Badge>}
          >
            <Badge tone="info">{texts.states.running}</Badge>
            <span class="count truncate" role="status">
              {seconds() > 0 ? `${seconds()} s` : ""}
              {props.call.progress === null ? "" : ` · ${visibleName(props.call.progress)}`}
            </span>
          </Show>
          <span class="count">
            {props.call.duration === null ? "" : `${formatElapsed(props.call.duration)} · `}
            {formatTime(new Date(props.call.startedAt).toISOString())}
          </span>
        </button>
        <Show
          when={props.call.duration === null}
          fallback={
            <>
              <IconButton size="sm" label={texts.saveCall} icon={<Bookmark size={14} />} onClick={props.onSave} />
              <IconButton size="sm" label={texts.reuse} icon={<Repeat size={14} />} onClick={props.onAgain} />
            </>
          }
        >
          <Button size="sm" onClick={props.onCancel}>
            {texts.cancel}
          </Button>
        </Show>
      </div>
      <Show when={props.open}>
        <div class="call-body">
          <Show when={Object.keys(props.call.arguments).length > 0}>
            <pre class="call-arguments">{JSON.stringify(props.call.arguments, null, 2)}</pre>
          </Show>
          <Show when={props.call.error}>
            <Callout tone="bad">{props.call.error}</Callout>
          </Show>
          <Show when={props.call.result}>
            {(result) => (
              <Show when={appTool()} fallback={<ToolResultView result={result()} />}>
                {(tool) => (
                  <ResultViews
                    serverId={props.serverId}
                    tool={tool()}
                    tools={props.tools}
                    call={props.call}
                    result={result()}
                  />
                )}
              </Show>
            )}
          </Show>
        </div>
      </Show>
    </li>
  );
}
