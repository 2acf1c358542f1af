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
import { eventLooks, hrefOf, subjectName, toneOf } from "./alert-labels.ts";

const PAGE = 50;

/** What happened, newest first; the newest page follows what happens, older ones are added below. */
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
    return [...byId.values()].sort((one, other) => other.id - one.id);
  };
  /** Undefined: no older page was asked for, and the newest one knows. */
  const before = () => (next() === undefined ? (history.data?.next ?? null) : next());
  const more = async () => {
    const from = before();
    if (!from || loading()) return;
    setLoading(true);
    try {
      // What is shown now is kept: the newest page moves on.
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
          <EmptyState icon={<ScrollText size={18} />} title="Nothing has happened yet">
            Every alert, its end and every restart by a rule is kept here.
          </EmptyState>
        </Match>
        <Match when={true}>
          <ul class="alert-list" aria-label="What happened">
            <For each={events()}>
              {(event) => (
                <li class="alert-row">
                  <StatusDot tone={toneOf(event)} />
                  <div class="alert-what">
                    <div class="row alert-title">
                      <A class="alert-subject" href={hrefOf(event.subject)}>
                        {subjectName(event.subject)}
                      </A>
                      <span class="muted">{eventLooks[event.kind].text}</span>
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
                Show older
              </Button>
            </div>
          </Show>
        </Match>
      </Switch>
    </Card>
  );
}
