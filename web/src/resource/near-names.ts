/** Names that are suggested at most, and compared at most. */
const MAX_SHOWN = 3;
const MAX_COMPARED = 2_000;
/** Longest name that is compared letter by letter. */
const MAX_LENGTH = 80;

/** The names that somebody may have meant who wrote `wanted`, the likeliest first; at most three. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const text = wanted.toLowerCase();
  if (text === "") return [];
  const scored = names.slice(0, MAX_COMPARED).map((name) => ({ name, score: distance(text, name.toLowerCase()) }));
  return scored
    .filter(({ score }) => score < text.length && score <= Math.max(1, text.length / 3))
    .sort((a, b) => a.score - b.score)
    .slice(0, MAX_SHOWN)
    .map(({ name }) => name);
}

/** Letters to change between two texts; 0.5 when one begins with the other. */
function distance(a: string, b: string): number {
  if (a.startsWith(b) || b.startsWith(a)) return 0.5;
  if (a.length > MAX_LENGTH || b.length > MAX_LENGTH) return Number.POSITIVE_INFINITY;
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (before[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      row.push(Math.min(change, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
