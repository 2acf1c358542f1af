import { createSignal, onCleanup } from "solid-js";
import { createChoice, createPreference } from "../../../lib/preference.ts";
import { type LogQuery, noQuery } from "../search/log-query.ts";
import { timeModes } from "./line-time.ts";

/** Rest in typing before a search begins: it reads every line, or asks the server. */
const SEARCH_DELAY = 200;

export type LogControls = ReturnType<typeof createLogControls>;

/** What the reader has chosen for a view, whatever number of panes it has. */
export function createLogControls(initial: Partial<LogQuery> = {}) {
  const [query, setQuery] = createSignal<LogQuery>({ ...noQuery, ...initial });
  const [text, setText] = createSignal(query().text);
  const [following, setFollowing] = createSignal(query().until === undefined);
  const [times, setTimes] = createChoice("log-time-mode", timeModes, "local");
  const [wrap, setWrap] = createPreference("log-wrap", false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onCleanup(() => clearTimeout(timer));

  const change = (part: Partial<LogQuery>) => setQuery((old) => ({ ...old, ...part }));
  function apply() {
    clearTimeout(timer);
    if (query().text !== text()) change({ text: text() });
  }
  return {
    query,
    change,
    /** What stands in the search field; searched for once the typing rests. */
    text,
    setText(next: string) {
      setText(next);
      clearTimeout(timer);
      timer = setTimeout(apply, SEARCH_DELAY);
    },
    apply,
    /** Takes over a whole query, such as that of an address. */
    restore(next: LogQuery) {
      clearTimeout(timer);
      setText(next.text);
      setQuery(next);
    },
    following,
    setFollowing,
    times,
    setTimes,
    wrap,
    setWrap,
  };
}
