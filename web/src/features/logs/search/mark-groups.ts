import type { TimeMark } from "../../../lib/time-view.ts";
import { histogram as texts } from "../messages.ts";

/** Marks that stand at one place of the axis, as one. */
export interface MarkGroup extends TimeMark {
  count: number;
}

/** Marks are this far apart at least, in shares of the width: more could not be told apart, or touched. */
const APART = 0.012;
/** Texts that a group shows; the rest is counted. */
const TEXTS_SHOWN = 3;

const gravity: readonly TimeMark["tone"][] = ["neutral", "ok", "info", "warn", "bad"];

/** The marks of an axis in order of time, those that would cover each other together. */
export function toMarkGroups(marks: readonly TimeMark[], [from, to]: readonly [from: number, to: number]): MarkGroup[] {
  const inside = marks.filter(({ at }) => at >= from && at <= to).sort((left, right) => left.at - right.at);
  const groups: TimeMark[][] = [];
  for (const mark of inside) {
    const group = groups.at(-1);
    if (group?.[0] && mark.at - group[0].at < (to - from) * APART) group.push(mark);
    else groups.push([mark]);
  }
  return groups.map((group) => {
    const [first] = group as [TimeMark];
    const shown = group.slice(0, TEXTS_SHOWN).map(({ text }) => text);
    const more = group.length - shown.length;
    const tone = gravity[Math.max(...group.map((mark) => gravity.indexOf(mark.tone)))] ?? "neutral";
    return {
      at: first.at,
      tone,
      count: group.length,
      text: [...shown, ...(more > 0 ? [texts.moreMarks(more)] : [])].join("; "),
    };
  });
}
