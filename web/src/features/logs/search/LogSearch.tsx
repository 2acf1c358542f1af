import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import ListFilter from "lucide-solid/icons/list-filter";
import Regex from "lucide-solid/icons/regex";
import { Show } from "solid-js";
import { IconButton, SearchField } from "../../../ui/index.ts";
import { search as messages } from "../messages.ts";
import type { LogPaneApi } from "../view/LogPane.tsx";
import type { LogControls } from "../view/log-controls.ts";

/** The search of a log: its text, how it is meant, and the way from match to match. */
export function LogSearch(props: { controls: LogControls; pane: LogPaneApi | undefined }) {
  const { controls } = props;
  const matches = () => props.pane?.matches;
  const error = () => (controls.query().text === controls.text() ? props.pane?.feed.patternError() : "");
  const step = (by: "next" | "previous") => {
    if (controls.query().text !== controls.text()) controls.apply();
    else matches()?.[by]();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Enter in the field inside goes to the next match.
    <div
      class="log-search"
      onKeyDown={(event) => {
        if (!(event.target instanceof HTMLInputElement)) return;
        if (event.key === "Enter") {
          event.preventDefault();
          step(event.shiftKey ? "previous" : "next");
        } else if (event.key === "Escape" && controls.text() === "") props.pane?.focus();
      }}
    >
      <div class="log-search-field" classList={{ "log-search-wrong": !!error() }}>
        <SearchField
          label={messages.label}
          placeholder={messages.placeholder(controls.query().regex)}
          value={controls.text()}
          onInput={controls.setText}
        />
        <IconButton
          size="sm"
          label={messages.regex}
          aria-pressed={controls.query().regex}
          icon={<Regex size={14} />}
          onClick={() => controls.change({ regex: !controls.query().regex, text: controls.text() })}
        />
        <IconButton
          size="sm"
          label={messages.only}
          aria-pressed={controls.query().only}
          icon={<ListFilter size={14} />}
          onClick={() => controls.change({ only: !controls.query().only, text: controls.text() })}
        />
      </div>
      <Show when={error()}>
        <span class="log-error" role="alert" title={error()}>
          {error()}
        </span>
      </Show>
      <Show when={controls.query().text !== "" && !error() && matches()}>
        {(found) => (
          <>
            <span class="count log-count" role="status" title={messages.countTitle}>
              {found().looking()
                ? messages.looking
                : found().count() === 0
                  ? messages.none
                  : found().position() === 0
                    ? messages.matches(found().count())
                    : messages.position(found().position(), found().count())}
            </span>
            <IconButton
              size="sm"
              label={messages.previous}
              keyName="logPrevious"
              icon={<ChevronUp size={14} />}
              onClick={() => found().previous()}
            />
            <IconButton
              size="sm"
              label={messages.next}
              keyName="logNext"
              icon={<ChevronDown size={14} />}
              onClick={() => found().next()}
            />
          </>
        )}
      </Show>
    </div>
  );
}
