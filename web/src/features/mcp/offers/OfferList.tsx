import { createMemo, For, type JSX, Show } from "solid-js";
import { visibleName } from "../../../lib/terminal-text.ts";
import { Button, SearchField } from "../../../ui/index.ts";
import { listKeys } from "../../../ui/list-keys.ts";
import { offerMessages as texts } from "./messages.ts";

export interface Offer {
  /** Distinguishes the entries; a server may use one name twice. */
  key: string;
  name: string;
  title?: string;
  description?: string;
}

interface OfferListProps {
  label: string;
  find: string;
  placeholder?: string;
  items: readonly Offer[];
  /** Key of the open entry. */
  current: string | undefined;
  onOpen: (key: string) => void;
  filter: string;
  onFilter: (text: string) => void;
  /** The rest of a long list. */
  more?: { busy: boolean; load: () => void };
  children: JSX.Element;
}

/** The key, unless it is shown already. */
const secondName = ({ key, name, title }: Offer): string => (key === (title ?? name) ? "" : visibleName(key));

/**
 * What a server offers of one kind, with a filter, beside what is open. All texts come from the server. The rows stay while the
 * list is read again: a row that is replaced under the pointer loses the click, and the focus.
 */
export function OfferList(props: OfferListProps) {
  // The first of two with one key, which is also the one that opens.
  const byKey = createMemo(() => new Map(props.items.toReversed().map((item) => [item.key, item])));
  const shown = createMemo(() => {
    const wanted = props.filter.trim().toLowerCase();
    return props.items
      .filter((item) => byKey().get(item.key) === item)
      .filter(({ key, name, title, description }) =>
        [key, name, title, description].some((text) => text?.toLowerCase().includes(wanted)),
      )
      .map(({ key }) => key);
  });
  return (
    <div class="tools">
      <aside class="tools-list" aria-label={props.label}>
        <SearchField label={props.find} placeholder={props.placeholder} value={props.filter} onInput={props.onFilter} />
        <ul ref={(list) => listKeys(list)}>
          <For each={shown()} fallback={<li class="faint tools-empty">{texts.noMatches}</li>}>
            {(key) => (
              <li data-list-row="">
                <button
                  type="button"
                  class="tool-item"
                  data-list-open=""
                  aria-current={props.current === key ? "true" : undefined}
                  onClick={() => props.onOpen(key)}
                >
                  <Show when={byKey().get(key)}>
                    {(item) => (
                      <>
                        <b class="truncate">{visibleName(item().title ?? item().name)}</b>
                        <span class="truncate faint">{item().description ?? secondName(item())}</span>
                      </>
                    )}
                  </Show>
                </button>
              </li>
            )}
          </For>
        </ul>
        <Show when={props.more}>
          {(more) => (
            <Button size="sm" busy={more().busy} onClick={() => more().load()}>
              {texts.more}
            </Button>
          )}
        </Show>
      </aside>
      <div class="tools-main">{props.children}</div>
    </div>
  );
}
