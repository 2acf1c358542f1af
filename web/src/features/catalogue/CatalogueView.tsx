import { A, useLocation } from "@solidjs/router";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, For, Show } from "solid-js";
import type { CatalogueCategory, CatalogueSummary } from "../../../../shared/protocol/catalogue.ts";
import { containerHref, entryHref } from "../../lib/addresses.ts";
import { useServices } from "../../lib/queries.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { listQuery } from "../../resource/address-selection.ts";
import { createAddressChoice, createAddressText } from "../../resource/address-value.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Button, EmptyState, Page, SearchField, Select } from "../../ui/index.ts";
import { listKeys } from "../../ui/list-keys.ts";
import { categories, categoryLabels } from "./catalogue-labels.ts";
import { useCatalogue } from "./catalogue-queries.ts";
import { Glyph } from "./Glyph.tsx";
import { createInstalled, type Installed } from "./installed.ts";
import { catalogueMessages as texts } from "./messages.ts";
import "./catalogue.css";

type Choice = CatalogueCategory | "all" | "installed";
const choices: readonly Choice[] = ["all", "installed", ...categories];

/** All services that can be installed, by category. */
export function CatalogueView() {
  const query = useCatalogue();
  const [filter, setFilter] = createAddressText("filter");
  const [choice, setChoice] = createAddressChoice<Choice>("category", () => choices, "all", "replace");
  const all = () => query.data ?? [];
  const services = useServices();
  const installedOf = createMemo(() => createInstalled(services.data?.services ?? []));
  const isInstalled = (entry: CatalogueSummary) => (installedOf()(entry)?.length ?? 0) > 0;
  /** Docker does not respond: no entry counts as installed, and none as not installed. */
  const isUnknown = () => all().some(({ installed }) => installed === null);
  const shown = createMemo(() => {
    const words = filter().trim().toLowerCase().split(/\s+/);
    return all().filter(
      (entry) =>
        (choice() === "all" || entry.category === choice() || (choice() === "installed" && isInstalled(entry))) &&
        words.every((word) => textOf(entry).includes(word)),
    );
  });
  const groups = createMemo(() =>
    categories
      .map((category) => ({ category, entries: shown().filter((entry) => entry.category === category) }))
      .filter(({ entries }) => entries.length > 0),
  );
  const options = createMemo((): { value: Choice; label: string }[] => [
    { value: "all", label: texts.all(all().length) },
    {
      value: "installed",
      label: isUnknown() ? texts.installedUnknown : texts.installedCount(all().filter(isInstalled).length),
    },
    ...categories.flatMap((category) => {
      const count = all().filter((entry) => entry.category === category).length;
      return count > 0 ? [{ value: category, label: texts.countedCategory(categoryLabels[category], count) }] : [];
    }),
  ]);
  const clear = () => {
    setFilter("");
    setChoice("all");
  };
  return (
    <Page
      title={texts.title}
      note={query.data ? `${all().length}` : ""}
      actions={
        <>
          <Select label={texts.category} labelHidden value={choice()} options={options()} onChange={setChoice} />
          <SearchField label={texts.search} value={filter()} onInput={setFilter} />
        </>
      }
    >
      <QueryView query={query} lines={9}>
        {() => (
          <Show
            when={shown().length > 0}
            fallback={
              <EmptyState
                icon={<SearchX size={18} />}
                title={choice() === "installed" && isUnknown() ? texts.unknown : texts.nothingMatches}
                action={<Button onClick={clear}>{texts.showAll}</Button>}
              >
                {choice() === "installed" && isUnknown() ? texts.unknownHint : texts.nothingMatchesHint}
              </EmptyState>
            }
          >
            <div ref={(cards) => listKeys(cards, undefined, "grid")} class="catalogue-groups">
              <For each={groups()}>
                {({ category, entries }) => (
                  <section aria-labelledby={`catalogue-${category}`}>
                    <h2 id={`catalogue-${category}`} class="catalogue-category">
                      {categoryLabels[category]}
                    </h2>
                    <ul class="catalogue-cards">
                      <For each={entries}>
                        {(entry) => <EntryCard entry={entry} containers={installedOf()(entry) ?? []} />}
                      </For>
                    </ul>
                  </section>
                )}
              </For>
            </div>
          </Show>
        )}
      </QueryView>
    </Page>
  );
}

/** Opens the entry wherever it is clicked, except on the link to what runs of it. */
function EntryCard(props: { entry: CatalogueSummary; containers: readonly Installed[] }) {
  const location = useLocation();
  return (
    <li class="catalogue-card" data-list-row="">
      <Glyph category={props.entry.category} />
      <div class="catalogue-card-text">
        <div class="row">
          <A class="catalogue-name truncate" href={`${entryHref(props.entry.id)}${listQuery(location.search)}`}>
            {props.entry.name}
          </A>
          <Show when={props.containers.length > 0}>
            <A
              class="badge tone-ok"
              href={runningHref(props.entry, props.containers)}
              title={props.containers.map(({ name, state }) => `${visibleName(name)}: ${state}`).join("\n")}
            >
              {texts.badge(props.containers.length)}
            </A>
          </Show>
        </div>
        <div class="muted catalogue-description">{props.entry.description}</div>
      </div>
    </li>
  );
}

/** The container of an entry; of several, the list of those with its image. */
function runningHref({ image }: CatalogueSummary, containers: readonly Installed[]): string {
  const [only, ...others] = containers;
  return only && others.length === 0 ? containerHref(only.name) : `/services?${new URLSearchParams({ filter: image })}`;
}

const textOf = ({ id, name, description, image, category, licence }: CatalogueSummary) =>
  [id, name, description, image, categoryLabels[category], licence].join(" ").toLowerCase();
