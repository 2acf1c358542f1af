import type { CommandAction, CommandItem } from "../commands.ts";
import { fuzzyScore } from "./fuzzy.ts";

/** One line of the palette. */
export interface Found {
  /** Kept among the recent ones. */
  id: string;
  label: string;
  group: string;
  icon: CommandItem["icon"];
  run: () => void;
}

/** Lines at once. */
export const FOUND_MAX = 50;
/** Points for what was used lately, the last one most. */
const RECENT = 12;
/** Points for the verb that was typed: `stop web` means the action, not an item of that name. */
const VERB = 30;
/** Words that are also searched cost this much: the label counts first. */
const ASIDE = 25;
/** Actions that follow the best item, once the text has this many letters. */
const FOLLOWING_MAX = 12;
const FOLLOWING_FROM = 3;
/** Items that one line can take together. */
const TOGETHER_MAX = 24;

export const itemLine = ({ id, label, group, icon, run }: CommandItem): Found => ({ id, label, group, icon, run });

export const actionLine = (item: CommandItem, { verb, run }: CommandAction): Found => ({
  id: `${item.id} ${verb}`,
  label: `${verb} ${item.label}`,
  group: item.group,
  icon: item.icon,
  run,
});

/** Further words of a long pasted text are not looked for: each one goes through every item. */
const WORDS_MAX = TOGETHER_MAX + 2;

const wordsOf = (text: string): string[] => text.trim().split(/\s+/).filter(Boolean).slice(0, WORDS_MAX);

/** How well an item has all words, in its label or beside it. */
function scoreOf(item: CommandItem, words: readonly string[]): number | undefined {
  let sum = 0;
  for (const word of words) {
    const inLabel = fuzzyScore(word, item.label);
    const aside = inLabel ?? fuzzyScoreAside(word, item);
    if (aside === undefined) return undefined;
    sum += aside;
  }
  return sum / Math.max(1, words.length) - Math.min(item.label.length, 60) / 20;
}

function fuzzyScoreAside(word: string, { group, words = "" }: CommandItem): number | undefined {
  const score = fuzzyScore(word, `${group} ${words}`);
  // Beside the label letters must stand together: a long text has nearly every word scattered in it.
  return score === undefined || score < ASIDE ? undefined : score - ASIDE;
}

interface Scored {
  line: Found;
  score: number;
}

/** Splits off the word that begins a verb: the first, or the last. */
function verbSplits(words: readonly string[]): { verb: string; rest: readonly string[] }[] {
  const [first = "", ...others] = words;
  const splits = [{ verb: first.toLowerCase(), rest: others }];
  if (words.length > 1) splits.push({ verb: (words.at(-1) ?? "").toLowerCase(), rest: words.slice(0, -1) });
  return splits.filter(({ verb }) => verb.length >= 2);
}

const hasVerb = (action: CommandAction, verb: string): boolean => action.verb.toLowerCase().startsWith(verb);

/** The actions whose verb was typed, on the items that the other words find. */
function findActions(items: readonly CommandItem[], words: readonly string[]): Scored[] {
  return verbSplits(words).flatMap(({ verb, rest }) =>
    items.flatMap((item) => {
      const actions = item.actions?.filter((action) => hasVerb(action, verb)) ?? [];
      const score = actions.length > 0 ? scoreOf(item, rest) : undefined;
      if (score === undefined) return [];
      return actions.map((action) => ({
        line: actionLine(item, action),
        score: score + VERB + (action.verb.toLowerCase() === verb ? 1 : 0),
      }));
    }),
  );
}

/** One line for several items, each named by a word: `log a b`. */
function findTogether(items: readonly CommandItem[], words: readonly string[]): Scored[] {
  const [verb = "", ...names] = words;
  if (verb.length < 2 || names.length < 2 || names.length > TOGETHER_MAX) return [];
  const chosen: { item: CommandItem; action: CommandAction }[] = [];
  for (const name of names) {
    let best: { item: CommandItem; action: CommandAction; score: number } | undefined;
    for (const item of items) {
      const action = item.actions?.find((one) => one.together && hasVerb(one, verb.toLowerCase()));
      const score = action && !chosen.some((one) => one.item === item) ? fuzzyScore(name, item.label) : undefined;
      if (action && score !== undefined && (best === undefined || score - item.label.length / 20 > best.score)) {
        best = { item, action, score: score - item.label.length / 20 };
      }
    }
    if (!best) return [];
    chosen.push(best);
  }
  const [first] = chosen;
  const together = first?.action.together;
  if (!first || !together) return [];
  const values = chosen.map(({ action }) => action.together?.value ?? "");
  const line = {
    id: `together ${first.action.verb} ${values.join(" ")}`,
    label: `${first.action.verb} ${chosen.map(({ item }) => item.label).join(" + ")}`,
    group: first.item.group,
    icon: first.item.icon,
    run: () => together.run(values),
  };
  return [{ line, score: 1_000 }];
}

/** Without a text: what was used lately, then everything in its own order. */
function listAll(items: readonly CommandItem[], recent: readonly string[]): Found[] {
  const wanted = new Set(recent);
  const known = new Map<string, Found>();
  for (const item of items) {
    if (wanted.has(item.id)) known.set(item.id, itemLine(item));
    for (const action of item.actions ?? []) {
      const line = wanted.has(`${item.id} ${action.verb}`) ? actionLine(item, action) : undefined;
      if (line) known.set(line.id, line);
    }
  }
  const first = recent.flatMap((id) => known.get(id) ?? []).slice(0, FOLLOWING_MAX);
  const rest = items.slice(0, FOUND_MAX).filter(({ id }) => !first.some((line) => line.id === id));
  return [...first, ...rest.map(itemLine)].slice(0, FOUND_MAX);
}

/**
 * The lines of the palette for a text, best first, at most {@link FOUND_MAX}.
 * @param recent Ids of lines that were used, the last one first.
 */
export function findCommands(items: readonly CommandItem[], text: string, recent: readonly string[] = []): Found[] {
  const words = wordsOf(text);
  if (words.length === 0) return listAll(items, recent);
  const bonus = new Map(recent.map((id, index) => [id, RECENT - Math.min(index, RECENT - 1)]));
  const byScore = (a: Scored, b: Scored) => b.score - a.score;
  const found = items.flatMap((item) => {
    const score = scoreOf(item, words);
    return score === undefined ? [] : [{ item, line: itemLine(item), score: score + (bonus.get(item.id) ?? 0) }];
  });
  found.sort(byScore);
  const [best] = found;
  const acts = findActions(items, words).map(({ line, score }) => ({ line, score: score + (bonus.get(line.id) ?? 0) }));
  const following =
    best && text.trim().length >= FOLLOWING_FROM
      ? (best.item.actions ?? []).slice(0, FOLLOWING_MAX).map((action, index) => ({
          line: actionLine(best.item, action),
          // Between the best item and the next one.
          score: best.score - (index + 1) / 1_000,
        }))
      : [];
  const all = [...findTogether(items, words), ...found, ...acts, ...following].sort(byScore);
  const seen = new Set<string>();
  const lines: Found[] = [];
  for (const { line } of all) {
    if (seen.has(line.id)) continue;
    seen.add(line.id);
    lines.push(line);
    if (lines.length === FOUND_MAX) break;
  }
  return lines;
}
