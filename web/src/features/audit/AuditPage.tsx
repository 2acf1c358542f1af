import ScrollText from "lucide-solid/icons/scroll-text";
import { createEffect, createMemo, createSignal, Match, on, onCleanup, Show, Switch } from "solid-js";
import type { AuditOutcome } from "../../../../shared/protocol/account.ts";
import { serverNow } from "../../lib/server-time.ts";
import { createAddressChoice, createAddressText } from "../../resource/address-value.ts";
import { Button } from "../../ui/Button.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { SearchField, Select } from "../../ui/fields.tsx";
import { EmptyState, Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { VirtualList } from "../../ui/VirtualList.tsx";
import { AuditDetail } from "./AuditDetail.tsx";
import { AuditRow } from "./AuditRow.tsx";
import "./audit.css";
import { type AuditTrailFilter, createAuditTrail } from "./audit-trail.ts";
import { outcomeLabels, auditMessages as texts } from "./messages.ts";
import { createOpenEntry } from "./open-entry.ts";
import { type RangeName, ranges, sinceOf } from "./range.ts";

const outcomeNames = Object.keys(outcomeLabels) as (AuditOutcome | "all")[];
const rangeNames = ranges.map(({ value }) => value);
const outcomes = outcomeNames.map((value) => ({
  value,
  label: outcomeLabels[value],
}));

/** Delay between the last key and the search, in milliseconds. */
const SEARCH_DELAY_MS = 250;

/** Who did what and when, newest first. */
export default function AuditPage() {
  const [text, setText] = createAddressText("q");
  const [searched, setSearched] = createSignal(text().trim());
  const [outcome, setOutcome] = createAddressChoice("outcome", () => outcomeNames, "all", "replace");
  const [range, setRange] = createAddressChoice<RangeName>("range", () => rangeNames, "all", "replace");

  let delay: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(delay));
  createEffect(
    on(
      text,
      (value) => {
        clearTimeout(delay);
        delay = setTimeout(() => setSearched(value.trim()), SEARCH_DELAY_MS);
      },
      { defer: true },
    ),
  );
  const filter = createMemo((): AuditTrailFilter => {
    const chosen = outcome();
    return {
      text: searched() || undefined,
      outcome: chosen === "all" ? undefined : chosen,
      since: sinceOf(range(), serverNow()),
    };
  });
  const trail = createAuditTrail();
  createEffect(on(filter, (chosen) => trail.load(chosen)));
  const { opened, open } = createOpenEntry(trail.entries);

  return (
    <Page
      fixed
      title={texts.title}
      note={
        <Show when={trail.entries().length > 0}>{texts.entries(trail.entries().length, trail.next() !== null)}</Show>
      }
      actions={
        <>
          <SearchField label={texts.search} placeholder={texts.placeholder} value={text()} onInput={setText} />
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
                  {(entry) => <AuditRow entry={entry()} onOpen={() => open(entry().sequence)} />}
                </Show>
              )}
            </VirtualList>
          </Match>
        </Switch>
      </section>
      <Show when={opened()}>{(entry) => <AuditDetail entry={entry()} onClose={() => open(null)} />}</Show>
    </Page>
  );
}
