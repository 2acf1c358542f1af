import { A } from "@solidjs/router";
import ScrollText from "lucide-solid/icons/scroll-text";
import { createSignal, For, Match, Show, Switch } from "solid-js";
import type { AlertEvent } from "../../../../shared/protocol/alert.ts";
import { api } from "../../lib/api.ts";
import { formatDateTime } from "../../lib/format.ts";
import { queryKeys } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { useQuery } from "../../lib/use-query.ts";
import { Button, Card, EmptyState, ErrorState, Skeleton, StatusDot, toast } from "../../ui/index.ts";
import { listKeys } from "../../ui/list-keys.ts";
import { eventLabel, hrefOf, subjectName, toneOf } from "./alert-labels.ts";
import { alertMessages } from "./messages.ts";

const texts = alertMessages.history;

const PAGE = 50;

/** The history, newest first. The first page is live; older pages are added below it. */
export function HistoryTab() {
  const history = useQuery(() => ({
    queryKey: [...queryKeys.alerts, "history"],
    queryFn: () => api.alerts.history({ limit: PAGE }),
  }));
  const [older, setOlder] = createSignal<readonly AlertEvent[]>([]);
  const [next, setNext] = createSignal<number | null>();
  const [loading, setLoading] = createSignal(false);
  const events = () => {
    const byId = new Map([...(history.data?.events ?? []), ...older()].map((event) => [event.id, event]));
    return [...byId.values()].sort((a, b) => b.id - a.id);
  };
  /** Id to read older entries from: that of the last page read, or of the first page; null at the end. */
  const before = () => (next() === undefined ? (history.data?.next ?? null) : next());
  const more = async () => {
    const from = before();
    if (!from || loading()) return;
    setLoading(true);
    try {
      // The first page moves on: what it shows now is kept.
      const shown = events();
      const page = await api.alerts.history({ limit: PAGE, before: from });
      setOlder([...shown, ...page.events]);
      setNext(page.next);
    } catch (error) {
      toast.error(error);
    } finally {
      setLoading(false);
    }
  };
  return (
    <Card flush class="alert-card">
      <Switch>
        <Match when={history.isError}>
          <ErrorState error={history.error} onRetry={() => void history.refetch()} />
        </Match>
        <Match when={history.isPending}>
          <Skeleton lines={8} />
        </Match>
        <Match when={events().length === 0}>
          <EmptyState icon={<ScrollText size={18} />} title={texts.empty}>
            {texts.emptyNote}
          </EmptyState>
        </Match>
        <Match when={true}>
          <ul ref={(list) => listKeys(list)} class="alert-list" aria-label={texts.list}>
            <For each={events()}>
              {(event) => (
                <li class="alert-row" data-list-row="">
                  <StatusDot tone={toneOf(event)} />
                  <div class="alert-text">
                    <div class="row alert-title">
                      <A class="alert-subject" href={hrefOf(event.subject)}>
                        {subjectName(event.subject)}
                      </A>
                      <span class="muted">{eventLabel(event.kind)}</span>
                    </div>
                    <div class="muted alert-detail">
                      {visibleName(event.ruleName)}
                      <Show when={event.detail}> · {visibleName(event.detail)}</Show>
                    </div>
                  </div>
                  <time class="faint num alert-time" dateTime={event.at}>
                    {formatDateTime(event.at)}
                  </time>
                </li>
              )}
            </For>
          </ul>
          <Show when={before() !== null}>
            <div class="alert-more">
              <Button busy={loading()} onClick={() => void more()}>
                {texts.older}
              </Button>
            </div>
          </Show>
        </Match>
      </Switch>
    </Card>
  );
}
