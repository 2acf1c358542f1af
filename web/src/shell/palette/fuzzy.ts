/** Places where a word of a name begins: after `-`, `/`, `.`, a space, or at a capital letter. */
const isStart = (text: string, at: number): boolean =>
  at === 0 ||
  /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "") ||
  (/\p{Lu}/u.test(text[at] ?? "") && /\p{Ll}/u.test(text[at - 1] ?? ""));

/** Points of a text that contains the letters in one piece. */
const WHOLE = 60;
/** Points of a letter that begins a word, and of one that follows the letter before it. */
const START = 8;
const NEXT = 4;
/** Letters apart cost a point each, up to this many. */
const GAP_MAX = 6;

/**
 * How well a text has the letters of a word in their order, not necessarily side by side, ignoring case. Higher is better;
 * undefined if it does not have them.
 */
export function fuzzyScore(word: string, text: string): number | undefined {
  const wanted = word.toLowerCase();
  const lower = text.toLowerCase();
  if (wanted.length > lower.length) return undefined;
  // Lower case has another length for a few letters: their places are then unknown.
  const source = lower.length === text.length ? text : lower;
  const whole = wholeScore(wanted, lower, source);
  return whole ?? scatteredScore(wanted, lower, source);
}

function wholeScore(wanted: string, lower: string, source: string): number | undefined {
  let best: number | undefined;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, at + 1)) {
    const score = WHOLE + (isStart(source, at) ? START : 0) + (at === 0 ? START : 0) + (lower === wanted ? WHOLE : 0);
    if (best === undefined || score > best) best = score;
    if (at === 0) break;
  }
  return best;
}

function scatteredScore(wanted: string, lower: string, source: string): number | undefined {
  let score = 0;
  let last = -1;
  const letters = [...wanted];
  for (const [index, letter] of letters.entries()) {
    const next = lower.indexOf(letter, last + 1);
    if (next === -1) return undefined;
    // The beginning of a later word is meant rather than the middle of this one, if the rest still fits behind it.
    const start = next === last + 1 ? undefined : startOf(letter, lower, source, next);
    const at = start !== undefined && hasInOrder(lower, start + 1, letters, index + 1) ? start : next;
    score += at === last + 1 ? NEXT : 0;
    score += isStart(source, at) ? START : 0;
    score -= Math.min(at - last - 1, GAP_MAX);
    last = at;
  }
  return score;
}

function hasInOrder(text: string, from: number, letters: readonly string[], first: number): boolean {
  let at = from;
  for (let index = first; index < letters.length; index++) {
    at = text.indexOf(letters[index] ?? "", at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function startOf(letter: string, lower: string, source: string, from: number): number | undefined {
  for (let at = from; at !== -1; at = lower.indexOf(letter, at + 1)) if (isStart(source, at)) return at;
  return undefined;
}
