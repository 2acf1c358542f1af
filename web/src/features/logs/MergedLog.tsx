import { createEffect, on, onCleanup, Show } from "solid-js";
import { createLogSources } from "./container-sources.ts";
import type { LogLine } from "./live/log-entry.ts";
import { createLogFeed, type LogFeed } from "./live/log-feed.ts";
import { CONTAINERS_MAX } from "./log-address.ts";
import type { LogTargets } from "./log-targets.ts";
import { unfollowed as unfollowedText } from "./messages.ts";
import { LogPane, type LogPaneApi } from "./view/LogPane.tsx";
import type { LogControls } from "./view/log-controls.ts";

/** What the parts of a view have in common. */
export interface LogPartProps extends LogTargets {
  label: string;
  controls: LogControls;
  /** A pane with this key is there from now on, until it leaves. */
  enter(key: string, pane: LogPaneApi): void;
  leave(key: string): void;
  onLink(feed: LogFeed, line: LogLine): void;
  onActive(pane: LogPaneApi): void;
}

/** All logs of a view as one, in order of time. */
export function MergedLog(props: LogPartProps & { line?: string | undefined }) {
  const { sources, history, asking, whole, originOf, many, unfollowed, staysShown } = createLogSources(() => ({
    containers: props.containers,
    processes: props.processes,
  }));
  const feed = createLogFeed({ sources, history, asking, whole, originOf, staysShown, query: props.controls.query });
  createEffect(
    on(
      () => (history() ? props.line : undefined),
      (line) => line !== undefined && feed.goToLine(line),
    ),
  );
  onCleanup(() => props.leave("merged"));
  return (
    <>
      <Show when={unfollowed() > 0}>
        <p class="log-note" role="note">
          {unfollowedText(unfollowed(), CONTAINERS_MAX)}
        </p>
      </Show>
      <LogPane
        label={props.label}
        feed={feed}
        controls={props.controls}
        origins={many()}
        onLink={history() ? (line) => props.onLink(feed, line) : undefined}
        api={(pane) => props.enter("merged", pane)}
      />
    </>
  );
}
