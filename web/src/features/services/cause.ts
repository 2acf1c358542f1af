/** Characters of a cause that a row has room for. */
const SHOWN_MAX = 110;

/**
 * The end of the Engine's own words, which says what went wrong: before it stand the layers the refusal came through.
 * What is short enough is given whole.
 */
export function endOfCause(words: string): string {
  const text = words
    .replaceAll(/\s+/g, " ")
    .replace(/(: unknown)+$/, "")
    .trim();
  if (text.length <= SHOWN_MAX) return text;
  const clauses = text.split(": ");
  let end = clauses.pop() ?? "";
  for (
    let next = clauses.pop();
    next !== undefined && next.length + end.length + 4 <= SHOWN_MAX;
    next = clauses.pop()
  ) {
    end = `${next}: ${end}`;
  }
  return `… ${end}`;
}
