/**
 * Turns text of an outside program into one short line of plain text.
 *
 * Runs of control characters, line ends and direction marks become one space.
 * @param maxLength Characters before the line is cut and marked with `…`.
 */
export function toSingleLine(text: unknown, maxLength = 300): string {
  const line = toText(text)
    .slice(0, maxLength * 4)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes control characters
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength).toWellFormed()}…` : line.toWellFormed();
}

/** JSON of a stranger can hold an object that refuses to become text, such as `{ "toString": 1 }`. */
function toText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "";
  }
}
