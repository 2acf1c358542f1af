import { createEffect, For, Show } from "solid-js";
import { api } from "../../../lib/api.ts";
import { formatAgo } from "../../../lib/format.ts";
import { queryKeys, useBell, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { StatusDot } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { ErrorState } from "../../../ui/ErrorState.tsx";
import { PopoverPanel } from "../../../ui/PopoverPanel.tsx";
import { toast } from "../../../ui/toast.tsx";
import { eventLabel, hrefOf, subjectName, toneOf } from "../alert-labels.ts";
import { alertMessages } from "../messages.ts";
import "./bell-panel.css";

/** The newest notifications. Showing them marks them as read. */
export default function BellPanel(props: {
  anchor: HTMLElement | undefined;
  onClose: () => void;
  onNavigate: (href: string) => void;
}) {
  const invalidate = useInvalidate();
  const bell = useBell();
  const events = () => (bell.isSuccess ? bell.data.events : []);
  createEffect(() => {
    const newest = events()[0];
    if (!newest || !bell.data?.unread) return;
    api.alerts
      .markRead(newest.id)
      .then(() => invalidate([...queryKeys.alerts, "bell"]))
      .catch(toast.error);
  });
  const go = (href: string) => {
    props.onNavigate(href);
    props.onClose();
  };
  return (
    <PopoverPanel
      anchor={props.anchor}
      class="bell-panel"
      title={alertMessages.bell.title}
      actions={
        <Button size="sm" onClick={() => go("/alerts")}>
          {alertMessages.bell.all}
        </Button>
      }
      onClose={props.onClose}
    >
      <Show when={!bell.isError} fallback={<ErrorState error={bell.error} onRetry={() => void bell.refetch()} />}>
        <Show when={events().length > 0} fallback={<p class="muted popover-panel-empty">{alertMessages.bell.empty}</p>}>
          <ul class="popover-panel-list">
            <For each={events()}>
              {(event) => (
                <li>
                  <button type="button" class="bell-entry" onClick={() => go(hrefOf(event.subject))}>
                    <StatusDot tone={toneOf(event)} />
                    <span class="bell-text">
                      <span class="row">
                        <b class="truncate grow">{subjectName(event.subject)}</b>
                        <time class="faint" dateTime={event.at}>
                          {formatAgo(event.at)}
                        </time>
                      </span>
                      <span class="muted">
                        {eventLabel(event.kind)}: {visibleName(event.ruleName)}
                        {event.detail && ` · ${visibleName(event.detail)}`}
                      </span>
                    </span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </Show>
      </Show>
    </PopoverPanel>
  );
}
