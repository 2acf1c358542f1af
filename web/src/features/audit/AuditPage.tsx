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
import { type AuditTrailFilter, createAuditTrail } from "./audit-trail.ts";
import { outcomeLabels, auditMessages as texts } from "./messages.ts";
import { type RangeName, ranges, sinceOf } from "./range.ts";

const outcomes = (Object.keys(outcomeLabels) as (AuditOutcome | "all")[]).map((value) => ({
  value,
  label: outcomeLabels[value],
}));

/** Delay between the last key and the search, in milliseconds. */
const SEARCH_DELAY_MS = 250;

/** Who did what and when, newest first. */
export default function AuditPage() {
  const [text, setText] = createSignal("");
  const [searched, setSearched] = createSignal("");
  const [outcome, setOutcome] = createSignal<AuditOutcome | "all">("all");
  const [range, setRange] = createSignal<RangeName>("all");
  const [opened, setOpened] = createSignal<AuditEntry | null>(null);

  let delay: ReturnType<typeof setTimeout> | undefined;
  const type = (value: string) => {
    setText(value);
    clearTimeout(delay);
    delay = setTimeout(() => setSearched(value.trim()), SEARCH_DELAY_MS);
  };
  const filter = createMemo((): AuditTrailFilter => {
    const chosen = outcome();
    return {
      text: searched() || undefined,
      outcome: chosen === "all" ? undefined : chosen,
      since: sinceOf(range(), Date.now()),
    };
  });
  const trail = createAuditTrail();
  createEffect(on(filter, (chosen) => trail.load(chosen)));

  return (
    <Page
      fixed
      title={texts.title}
      note={
        <Show when={trail.entries().length > 0}>{texts.entries(trail.entries().length, trail.next() !== null)}</Show>
      }
      actions={
        <>
          <SearchField label={texts.search} placeholder={texts.placeholder} value={text()} onInput={type} />
          <Select label={texts.outcome} labelHidden value={outcome()} options={outcomes} onChange={setOutcome} />
          <Select label={texts.time} labelHidden value={range()} options={ranges} onChange={setRange} />
          <Button onClick={() => trail.load(filter())}>{texts.refresh}</Button>
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
            <EmptyState icon={<ScrollText size={18} />} title={texts.none}>
              {texts.noneHint}
            </EmptyState>
          </Match>
          <Match when={true}>
            <div class="audit-row audit-head" aria-hidden="true">
              <span>{texts.time}</span>
              <span>{texts.actor}</span>
              <span>{texts.action}</span>
              <span>{texts.outcome}</span>
            </div>
            <VirtualList
              label={texts.list}
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
