/** One short line of what a server said: text only, without control characters or direction marks. */
export function toPlainLine(text: unknown, maxLength = 300): string {
  const line = String(text)
    .slice(0, maxLength * 4)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, " ")
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength).toWellFormed()}…` : line.toWellFormed();
}
