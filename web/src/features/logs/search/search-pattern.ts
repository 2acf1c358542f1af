import { type Accessor, createEffect, createSignal, on, untrack } from "solid-js";
import { toMessage } from "../../../lib/api/failure.ts";
import { type LinePattern, regexPattern, textPattern } from "./line-pattern.ts";
import type { LogQuery } from "./log-query.ts";

/** The pattern of a query and why there is none; a regular expression is compiled later, and only the newest counts. */
export function createSearchPattern(query: Accessor<LogQuery>, onChange: (pattern: LinePattern | undefined) => void) {
  const first = untrack(query);
  const [pattern, setPattern] = createSignal(first.text === "" || first.regex ? undefined : textPattern(first.text));
  const [patternError, setPatternError] = createSignal("");
  let compiling = 0;
  onChange(untrack(pattern));
  const read = ([text, regex]: [text: string, regex: boolean]) => {
    const own = ++compiling;
    const use = (made: LinePattern | undefined, error = "") => {
      if (own !== compiling) return;
      setPatternError(error);
      setPattern(() => made);
      onChange(made);
    };
    if (text === "") return use(undefined);
    if (!regex) return use(textPattern(text));
    regexPattern(text).then(use, (error) => use(undefined, toMessage(error)));
  };
  createEffect(on([() => query().text, () => query().regex], read, { defer: !first.regex }));
  return { pattern, patternError };
}
