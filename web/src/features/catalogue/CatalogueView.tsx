import { A, useLocation } from "@solidjs/router";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, For, Show } from "solid-js";
import type { CatalogueCategory, CatalogueSummary } from "../../../../shared/protocol/catalogue.ts";
import { listQuery } from "../../resource/address-selection.ts";
import { createAddressChoice, createAddressText } from "../../resource/address-value.ts";
import { QueryView } from "../../resource/QueryView.tsx";
import { Badge, Button, EmptyState, Page, SearchField, Select } from "../../ui/index.ts";
import { categories, categoryLabels } from "./catalogue-labels.ts";
import { useCatalogue } from "./catalogue-queries.ts";
import { Glyph } from "./Glyph.tsx";
import { catalogueMessages as texts } from "./messages.ts";
import "./catalogue.css";
import { entryHref } from "../../lib/addresses.ts";

type Choice = CatalogueCategory | "all" | "installed";
const choices: readonly Choice[] = ["all", "installed", ...categories];

/** All services that can be installed, by category. */
export function CatalogueView() {
  const query = useCatalogue();
  const [filter, setFilter] = createAddressText("filter");
  const [choice, setChoice] = createAddressChoice<Choice>("category", () => choices, "all", "replace");
  const all = () => query.data ?? [];
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
            <div class="catalogue-groups">
              <For each={groups()}>
                {({ category, entries }) => (
                  <section aria-labelledby={`catalogue-${category}`}>
                    <h2 id={`catalogue-${category}`} class="catalogue-category">
                      {categoryLabels[category]}
                    </h2>
                    <ul class="catalogue-cards">
                      <For each={entries}>
                        {(entry) => (
                          <li>
                            <EntryCard entry={entry} />
                          </li>
                        )}
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

function EntryCard(props: { entry: CatalogueSummary }) {
  const location = useLocation();
  const count = () => props.entry.installed?.length ?? 0;
  return (
    <A class="catalogue-card" href={`${entryHref(props.entry.id)}${listQuery(location.search)}`}>
      <Glyph name={props.entry.name} category={props.entry.category} />
      <span class="catalogue-card-text">
        <span class="row">
          <span class="catalogue-name truncate">{props.entry.name}</span>
          <Show when={count() > 0}>
            <Badge tone="ok">{texts.badge(count())}</Badge>
          </Show>
        </span>
        <span class="muted catalogue-description">{props.entry.description}</span>
      </span>
    </A>
  );
}

const isInstalled = ({ installed }: CatalogueSummary) => installed !== null && installed.length > 0;

const textOf = ({ id, name, description, image, category, licence }: CatalogueSummary) =>
  [id, name, description, image, categoryLabels[category], licence].join(" ").toLowerCase();
