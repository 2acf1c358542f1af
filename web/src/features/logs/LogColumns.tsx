import { createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { visibleName } from "../../lib/terminal-text.ts";
import { Select } from "../../ui/index.ts";
import { createLogSources } from "./container-sources.ts";
import { createLogFeed } from "./live/log-feed.ts";
import { createOriginColours, originStyle } from "./live/origin-colours.ts";
import type { LogTargets } from "./log-targets.ts";
import type { LogPartProps } from "./MergedLog.tsx";
import { page as messages } from "./messages.ts";
import { processLabel } from "./process-sources.ts";
import { LogPane, type LogPaneApi } from "./view/LogPane.tsx";

export interface LogColumnsProps extends LogPartProps {
  /** The reader of one column went to a time. */
  onMoved(from: LogPaneApi | undefined, at: number): void;
}

interface Target extends LogTargets {
  label: string;
}

/** Logs side by side; one at a time with a switcher where there is no room for two. */
export function LogColumns(props: LogColumnsProps) {
  // Columns are told apart by their labels, and stay when others come or go.
  const targets = createMemo<ReadonlyMap<string, Target>>((before) => {
    const all: Target[] = [
      ...props.containers.map((name) => ({ label: name, containers: [name], processes: [] })),
      ...props.processes.map((id) => ({ label: processLabel(id), containers: [], processes: [id] })),
    ];
    return new Map(all.map((target) => [target.label, before.get(target.label) ?? target]));
  }, new Map());
  const labels = createMemo(() => [...targets().keys()]);
  const colours = createMemo(() => {
    const known = createOriginColours();
    known.know(labels());
    return known;
  });
  const [chosen, setChosen] = createSignal("");
  const shown = () => (targets().has(chosen()) ? chosen() : (labels()[0] ?? ""));
  return (
    <>
      <div class="log-switcher">
        <Select
          label={messages.shownLog}
          labelHidden
          size="sm"
          value={shown()}
          options={labels().map((label) => ({ value: label, label: visibleName(label) }))}
          onChange={setChosen}
        />
      </div>
      <div class="log-columns">
        <For each={labels()}>
          {(label) => (
            <Show when={targets().get(label)} keyed>
              {(target) => <Column {...props} target={target} shown={shown() === label} colour={colours().of(label)} />}
            </Show>
          )}
        </For>
      </div>
    </>
  );
}

function Column(props: LogColumnsProps & { target: Target; shown: boolean; colour: number }) {
  const { target } = props;
  const name = visibleName(target.label);
  const { sources, history, asking, whole, originOf } = createLogSources(() => target);
  const feed = createLogFeed({ sources, history, asking, whole, originOf, query: props.controls.query });
  const [pane, setPane] = createSignal<LogPaneApi>();
  onCleanup(() => props.leave(target.label));
  return (
    <div class="log-column" classList={{ "log-column-shown": props.shown }}>
      <LogPane
        label={`Log of ${name}`}
        feed={feed}
        controls={props.controls}
        onLink={history() ? (line) => props.onLink(feed, line) : undefined}
        onActive={() => pane() && props.onActive(pane() as LogPaneApi)}
        onMoved={(at) => props.onMoved(pane(), at)}
        head={
          <h2 class="log-column-head truncate" style={originStyle(props.colour)} title={name}>
            {name}
          </h2>
        }
        api={(api) => {
          setPane(api);
          props.enter(target.label, api);
        }}
      />
    </div>
  );
}
