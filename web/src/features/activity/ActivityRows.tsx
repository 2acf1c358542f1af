import { useResolvedPath } from "@solidjs/router";
import Activity from "lucide-solid/icons/activity";
import { createMemo, Match, Show, Switch } from "solid-js";
import { actorName } from "../../../../shared/protocol/action-labels.ts";
import type { ActivityEntry } from "../../../../shared/protocol/activity.ts";
import { formatTime } from "../../lib/format.ts";
import { useNow } from "../../lib/now.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Status } from "../../ui/Badge.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { VirtualList } from "../../ui/VirtualList.tsx";
import { durationOf, phraseOf, stateTones, toRows } from "./activity-entry.ts";
import type { createActivityList } from "./activity-list.ts";
import { stateLabels, activityMessages as texts } from "./messages.ts";
import "./activity.css";

export interface ActivityRowsProps {
  list: ReturnType<typeof createActivityList>;
  selected: string | null;
  /** Address of an action. */
  hrefOf: (id: string) => string;
  onRetry: () => void;
  empty: { title: string; hint: string };
}

/** Actions by day, newest first. */
export function ActivityRows(props: ActivityRowsProps) {
  const now = useNow();
  const today = createMemo(() => new Date(now()).setHours(0, 0, 0, 0));
  const rows = createMemo(() => toRows(props.list.entries(), today()));
  const at = (index: number) => rows()[index];
  return (
    <Switch>
      <Match when={props.list.error()}>
        <ErrorState error={props.list.error()} onRetry={props.onRetry} />
      </Match>
      <Match when={props.list.loading() && rows().length === 0}>
        <Skeleton lines={10} />
      </Match>
      <Match when={rows().length === 0}>
        <EmptyState icon={<Activity size={18} />} title={props.empty.title}>
          {props.empty.hint}
        </EmptyState>
      </Match>
      <Match when={true}>
        <VirtualList
          label={texts.list}
          count={rows().length}
          estimate={34}
          key={(index) => keyOf(at(index)) ?? index}
          onEnd={props.list.more}
        >
          {(index) => (
            <Show when={at(index)}>
              {(row) => (
                <Show when={entryOf(row())} fallback={<h2 class="activity-day">{dayOf(row())}</h2>}>
                  {(entry) => (
                    <Row
                      entry={entry()}
                      selected={entry().id === props.selected}
                      now={now()}
                      href={props.hrefOf(entry().id)}
                    />
                  )}
                </Show>
              )}
            </Show>
          )}
        </VirtualList>
      </Match>
    </Switch>
  );
}

type AnyRow = ReturnType<typeof toRows>[number];
const entryOf = (row: AnyRow): ActivityEntry | undefined => ("entry" in row ? row.entry : undefined);
const dayOf = (row: AnyRow): string => ("day" in row ? row.day : "");
const keyOf = (row: AnyRow | undefined) => row && (entryOf(row)?.sequence ?? dayOf(row));

function Row(props: { entry: ActivityEntry; selected: boolean; now: number; href: string }) {
  const href = useResolvedPath(() => props.href); // with the path that the panel is below
  return (
    <a class="activity-row" href={href()} aria-current={props.selected ? "true" : undefined}>
      <time class="faint num" dateTime={props.entry.startedAt}>
        {formatTime(props.entry.startedAt)}
      </time>
      <span class="activity-sentence truncate">
        <b>{visibleName(actorName(props.entry.actor))}</b> {phraseOf(props.entry)}
        <Show when={props.entry.error}>{(error) => <span class="muted"> – {error().message}</span>}</Show>
      </span>
      <span class="faint num activity-duration">{durationOf(props.entry, props.now)}</span>
      <Status tone={stateTones[props.entry.state]} pulse={props.entry.state === "running"}>
        {stateLabels[props.entry.state]}
      </Status>
    </a>
  );
}
