import { A } from "@solidjs/router";
import SearchX from "lucide-solid/icons/search-x";
import { createMemo, createSignal, For, Match, Show, Switch } from "solid-js";
import type { CatalogueCategory, CatalogueSummary } from "../../../../shared/protocol/catalogue.ts";
import { Badge, Button, EmptyState, ErrorState, Page, SearchField, Select, Skeleton } from "../../ui/index.ts";
import { categories, categoryLabels } from "./catalogue-labels.ts";
import { useCatalogue } from "./catalogue-queries.ts";
import { Glyph } from "./Glyph.tsx";
import "./catalogue.css";

type Choice = CatalogueCategory | "all" | "installed";

/** Every service that can be installed, by category. */
export function CatalogueView() {
  const query = useCatalogue();
  const [filter, setFilter] = createSignal("");
  const [choice, setChoice] = createSignal<Choice>("all");
  const all = () => query.data ?? [];
  /** Docker does not answer: nothing is called installed, and nothing not installed. */
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
    { value: "all", label: `All categories (${all().length})` },
    {
      value: "installed",
      label: isUnknown() ? "Installed (not known)" : `Installed (${all().filter(isInstalled).length})`,
    },
    ...categories.flatMap((category) => {
      const count = all().filter((entry) => entry.category === category).length;
      return count > 0 ? [{ value: category, label: `${categoryLabels[category]} (${count})` }] : [];
    }),
  ]);
  const clear = () => {
    setFilter("");
    setChoice("all");
  };
  return (
    <Page
      title="Catalogue"
      note={query.data ? `${all().length}` : ""}
      actions={
        <>
          <Select label="Category" labelHidden value={choice()} options={options()} onChange={setChoice} />
          <SearchField label="Search the catalogue" value={filter()} onInput={setFilter} />
        </>
      }
    >
      <Switch fallback={<Skeleton lines={9} />}>
        <Match when={query.error && !query.data}>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Match>
        <Match when={query.data && shown().length === 0}>
          <EmptyState
            icon={<SearchX size={18} />}
            title={choice() === "installed" && isUnknown() ? "Not known" : "Nothing matches"}
            action={<Button onClick={clear}>Show all</Button>}
          >
            {choice() === "installed" && isUnknown()
              ? "Docker does not answer, so it is not known what is installed."
              : "No entry fits this search and category."}
          </EmptyState>
        </Match>
        <Match when={query.data}>
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
        </Match>
      </Switch>
    </Page>
  );
}

function EntryCard(props: { entry: CatalogueSummary }) {
  const count = () => props.entry.installed?.length ?? 0;
  return (
    <A class="catalogue-card" href={`/catalogue/${encodeURIComponent(props.entry.id)}`}>
      <Glyph name={props.entry.name} category={props.entry.category} />
      <span class="catalogue-card-text">
        <span class="row">
          <span class="catalogue-name truncate">{props.entry.name}</span>
          <Show when={count() > 0}>
            <Badge tone="ok">{count() === 1 ? "installed" : `${count()} installed`}</Badge>
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
