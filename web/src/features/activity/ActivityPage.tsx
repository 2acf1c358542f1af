import { useLocation, useNavigate, useParams } from "@solidjs/router";
import { createMemo, Show } from "solid-js";
import type { ActivityState } from "../../../../shared/protocol/activity.ts";
import type { ActivityFilter } from "../../lib/api/activity.ts";
import { createTitle } from "../../lib/page-title.ts";
import { serverNow } from "../../lib/server-time.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { createAddressChoice, createAddressName, createAddressText } from "../../resource/address-value.ts";
import { Button, Callout, Page, SearchField, Select } from "../../ui/index.ts";
import { MasterDetail } from "../../ui/MasterDetail.tsx";
import { type RangeName, ranges, sinceOf } from "../audit/range.ts";
import { ActivityPane } from "./ActivityPane.tsx";
import { ActivityRows } from "./ActivityRows.tsx";
import { createActivityList } from "./activity-list.ts";
import { createDelayed } from "./delayed.ts";
import { stateLabels, activityMessages as texts } from "./messages.ts";

type StateChoice = ActivityState | "all";
const states = [
  { value: "all" as StateChoice, label: texts.anyState },
  ...(Object.keys(stateLabels) as ActivityState[]).map((value) => ({ value, label: stateLabels[value] })),
];

/** What people and API keys did, newest first. Filters and the open action are in the address. */
export default function ActivityPage() {
  const params = useParams<{ id?: string }>();
  const location = useLocation();
  const navigate = useNavigate();
  const [text, setText] = createAddressText("q");
  const [state, setState] = createAddressChoice<StateChoice>(
    "state",
    () => states.map(({ value }) => value),
    "all",
    "replace",
  );
  const [range, setRange] = createAddressChoice<RangeName>(
    "range",
    () => ranges.map(({ value }) => value),
    "all",
    "replace",
  );
  const [actor, setActor] = createAddressName("actor");
  const [kind, setKind] = createAddressName("kind");
  const [target, setTarget] = createAddressName("target");
  const searched = createDelayed(() => text().trim());
  const filter = createMemo((): ActivityFilter => {
    const chosen = state();
    return {
      text: searched() || undefined,
      state: chosen === "all" ? undefined : chosen,
      since: sinceOf(range(), serverNow()),
      actor: actor() ?? undefined,
      kind: kind() ?? undefined,
      target: target() ?? undefined,
    };
  });
  const isFiltered = () => Object.values(filter()).some((value) => value !== undefined);
  const list = createActivityList(filter);
  const selected = () => params.id ?? null;
  const hrefOf = (id: string) => `/activity/${encodeURIComponent(id)}${location.search}`;
  const scope = () =>
    [actor(), target()]
      .filter((name) => name !== null)
      .map(visibleName)
      .join(" · ");
  createTitle(() => (scope() ? texts.of(scope()) : texts.title));
  const clearScope = () => {
    setActor(null);
    setKind(null);
    setTarget(null);
  };

  return (
    <MasterDetail
      open={selected() !== null}
      master={
        <Page
          fixed
          title={texts.title}
          note={
            <Show when={list.entries().length > 0}>{texts.entries(list.entries().length, list.next() !== null)}</Show>
          }
          actions={
            <>
              <Show when={scope()}>
                <span class="activity-scope">
                  <span class="truncate">{texts.of(scope())}</span>
                  <Button size="sm" onClick={clearScope}>
                    {texts.showAll}
                  </Button>
                </span>
              </Show>
              <SearchField label={texts.search} placeholder={texts.placeholder} value={text()} onInput={setText} />
              <Select label={texts.state} labelHidden value={state()} options={states} onChange={setState} />
              <Select label={texts.time} labelHidden value={range()} options={ranges} onChange={setRange} />
            </>
          }
        >
          <Show when={list.degraded()}>
            <Callout tone="warn">{texts.degraded}</Callout>
          </Show>
          <section class="card activity">
            <ActivityRows
              list={list}
              selected={selected()}
              hrefOf={hrefOf}
              onRetry={() => list.load(filter())}
              empty={
                isFiltered()
                  ? { title: texts.none, hint: texts.noneHint }
                  : { title: texts.noneYet, hint: texts.noneAtAllHint }
              }
            />
          </section>
        </Page>
      }
      detail={
        <Show when={selected()}>
          {(id) => <ActivityPane id={id()} onClose={() => navigate(`/activity${location.search}`)} />}
        </Show>
      }
    />
  );
}
