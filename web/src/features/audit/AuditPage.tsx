import ScrollText from "lucide-solid/icons/scroll-text";
import { createEffect, createMemo, createSignal, Match, on, Show, Switch } from "solid-js";
import type { AuditEntry, AuditOutcome } from "../../../../shared/protocol/account.ts";
import { Button } from "../../ui/Button.tsx";
import { SearchField, Select } from "../../ui/fields.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { VirtualList } from "../../ui/VirtualList.tsx";
import { AuditDetail } from "./AuditDetail.tsx";
import { AuditRow } from "./AuditRow.tsx";
import "./audit.css";
import { createAuditTrail } from "./audit-trail.ts";
import { type RangeName, ranges, sinceOf } from "./range.ts";

const outcomes: { value: AuditOutcome | "all"; label: string }[] = [
  { value: "all", label: "Any outcome" },
  { value: "done", label: "Done" },
  { value: "refused", label: "Refused" },
  { value: "failed", label: "Failed" },
  { value: "interrupted", label: "Interrupted" },
  { value: "begun", label: "Not finished" },
];

/** Milliseconds of rest in typing before the trail is asked again. */
const REST_MS = 250;

/** Who did what, newest first. */
export default function AuditPage() {
  const [text, setText] = createSignal("");
  const [sought, setSought] = createSignal("");
  const [outcome, setOutcome] = createSignal<AuditOutcome | "all">("all");
  const [range, setRange] = createSignal<RangeName>("all");
  const [opened, setOpened] = createSignal<AuditEntry | null>(null);

  let rest: ReturnType<typeof setTimeout> | undefined;
  const type = (value: string) => {
    setText(value);
    clearTimeout(rest);
    rest = setTimeout(() => setSought(value.trim()), REST_MS);
  };
  const filter = createMemo(() => {
    const wanted = outcome();
    const since = sinceOf(range(), Date.now());
    return {
      ...(sought() ? { text: sought() } : {}),
      ...(wanted === "all" ? {} : { outcome: wanted }),
      ...(since ? { since } : {}),
    };
  });
  const trail = createAuditTrail();
  createEffect(on(filter, (wanted) => trail.load(wanted)));

  return (
    <Page
      fixed
      title="Audit trail"
      note={
        <Show when={trail.entries().length > 0}>
          {trail.entries().length}
          {trail.next() === null ? "" : "+"} entries
        </Show>
      }
      actions={
        <>
          <SearchField label="Search the trail" placeholder="Who, what, target" value={text()} onInput={type} />
          <Select label="Outcome" labelHidden value={outcome()} options={outcomes} onChange={setOutcome} />
          <Select label="Time" labelHidden value={range()} options={ranges} onChange={setRange} />
          <Button onClick={() => trail.load(filter())}>Refresh</Button>
        </>
      }
    >
      <section class="card audit">
        <Switch>
          <Match when={trail.error()}>
            <ErrorState error={trail.error()} onRetry={() => trail.load(filter())} />
          </Match>
          <Match when={trail.loading() && trail.entries().length === 0}>
            <Skeleton lines={10} />
          </Match>
          <Match when={trail.entries().length === 0}>
            <EmptyState icon={<ScrollText size={18} />} title="Nothing found">
              No entry of the trail matches this filter.
            </EmptyState>
          </Match>
          <Match when={true}>
            <div class="audit-row audit-head" aria-hidden="true">
              <span>Time</span>
              <span>Who</span>
              <span>What</span>
              <span>Target</span>
              <span>Outcome</span>
            </div>
            <VirtualList
              label="Audit entries"
              count={trail.entries().length}
              estimate={37}
              key={(index) => trail.entries()[index]?.sequence ?? index}
              onEnd={trail.more}
            >
              {(index) => (
                <Show when={trail.entries()[index]}>
                  {(entry) => <AuditRow entry={entry()} onOpen={() => setOpened(entry())} />}
                </Show>
              )}
            </VirtualList>
          </Match>
        </Switch>
      </section>
      <Show when={opened()}>{(entry) => <AuditDetail entry={entry()} onClose={() => setOpened(null)} />}</Show>
    </Page>
  );
}
