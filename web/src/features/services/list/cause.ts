/** Characters of a cause that fit in a row. */
const MAX_SHOWN = 110;

/**
 * The end of an error of the Engine, which names the cause; before it are the layers that passed the error on. A text that
 * fits is returned whole.
 */
export function endOfCause(error: string): string {
  const text = error
    .replaceAll(/\s+/g, " ")
    .replace(/(: unknown)+$/, "")
    .trim();
  if (text.length <= MAX_SHOWN) return text;
  const clauses = text.split(": ");
  let end = clauses.pop() ?? "";
  for (
    let next = clauses.pop();
    next !== undefined && next.length + end.length + 4 <= MAX_SHOWN;
    next = clauses.pop()
  ) {
    end = `${next}: ${end}`;
  }
  return `… ${end}`;
}
