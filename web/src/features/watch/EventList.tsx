import { A } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { WatchEvent } from "../../../../shared/protocol/watch.ts";
import { formatAgo, formatDateTime } from "../../lib/format.ts";
import { useNow } from "../../lib/now.ts";
import { StatusDot } from "../../ui/Badge.tsx";
import { Card } from "../../ui/Card.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { toEventLine } from "./event-text.ts";
import { eventMessages as texts } from "./messages.ts";

export interface EventListProps {
  /** Undefined until the first response. */
  events: readonly WatchEvent[] | undefined;
  /** The last request failed: events that are known stay, and without any it says so. */
  isFailed: boolean;
}

/** What happened lately, and who did it. */
export function EventList(props: EventListProps) {
  const now = useNow();
  return (
    <Card class="events" title={texts.title} flush>
      <Show
        when={props.events}
        fallback={props.isFailed ? <EmptyState tone="warn" title={texts.failed} /> : <Skeleton lines={6} />}
      >
        {(events) => (
          <Show when={events().length > 0} fallback={<EmptyState title={texts.none} />}>
            <ol class="event-list" aria-label={texts.title}>
              <For each={events()}>{(event) => <Row event={event} now={now()} />}</For>
            </ol>
          </Show>
        )}
      </Show>
    </Card>
  );
}

function Row(props: { event: WatchEvent; now: number }) {
  const line = () => toEventLine(props.event);
  return (
    <li class="event">
      <StatusDot tone={line().tone} />
      <span class="event-text">
        <Show when={line().href} fallback={line().text}>
          {(href) => <A href={href()}>{line().text}</A>}
        </Show>
        <Show when={line().by}>{(name) => <span class="faint"> {texts.by(name())}</span>}</Show>
      </span>
      <time class="faint num" dateTime={props.event.at} title={formatDateTime(props.event.at)}>
        {formatAgo(props.event.at, props.now)}
      </time>
    </li>
  );
}
