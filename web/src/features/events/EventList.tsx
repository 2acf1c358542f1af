import { createMemo, For, Show } from "solid-js";
import { formatDateTime } from "../../lib/format.ts";
import { keepSame } from "../../lib/keep-same.ts";
import { useTimeView } from "../../lib/time-view.ts";
import { Card, Skeleton, StatusDot } from "../../ui/index.ts";
import "./events.css";
import { eventMessages as texts } from "./messages.ts";

/** Events that the list shows; the newest ones. */
const SHOWN = 50;

/** What happened in the period of the charts. An event under the pointer or in focus is shown in all of them. */
export function EventList(props: { from: number; to: number }) {
  const view = useTimeView();
  const marks = () => view?.marks() ?? [];
  const events = createMemo<ReturnType<typeof marks>>((before) =>
    keepSame(
      before,
      marks()
        .filter(({ at }) => at >= props.from && at <= props.to)
        .sort((left, right) => right.at - left.at)
        .slice(0, SHOWN),
    ),
  );
  const read = () => view?.found().read ?? [];
  const failed = () => view?.found().failed ?? [];
  return (
    <Card title={texts.title} actions={<span class="count">{events().length || ""}</span>}>
      <Show when={failed().length > 0}>
        <p class="muted">{texts.failed(failed())}</p>
      </Show>
      <Show
        when={events().length > 0}
        fallback={
          <Show
            when={read().length > 0}
            fallback={failed().length === 0 && <Skeleton lines={3} label={texts.waiting} />}
          >
            <p class="faint">{texts.none(read())}</p>
          </Show>
        }
      >
        <ul class="time-events">
          <For each={events()}>
            {(event) => (
              <li>
                <button
                  type="button"
                  onPointerEnter={() => view?.setCursor(event.at)}
                  onPointerLeave={() => view?.setCursor(undefined)}
                  onFocus={() => view?.setCursor(event.at)}
                  onBlur={() => view?.setCursor(undefined)}
                  onClick={() => view?.setRange(around(event.at))}
                >
                  <StatusDot tone={event.tone} label="" />
                  <time class="num faint" dateTime={new Date(event.at).toISOString()}>
                    {formatDateTime(new Date(event.at).toISOString())}
                  </time>
                  <span class="truncate" title={event.text}>
                    {event.text}
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Card>
  );
}

/** Five minutes before and after an event. */
const AROUND_MS = 300_000;
const around = (at: number) => ({
  since: new Date(at - AROUND_MS).toISOString(),
  until: new Date(at + AROUND_MS).toISOString(),
});
