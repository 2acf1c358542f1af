const ESCAPE = "\u001b";

/**
 * Sequences of terminals: CSI, OSC and its kin up to their end (or the end of the line), two-character escapes.
 * No two parts of it can match the same text, so it takes linear time.
 */
const sequences =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  /(?:\u001b\[|\u009b)[0-9:;<=>?]*[ -/]*[@-~]?|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Text as a reader sees it: what tells a terminal its colours is left out. Lines stay lines. */
export const toPlain = (text: string): string => (hasSequence(text) ? text.replace(sequences, "") : text);

/** Most logs hold none, and a look for single characters costs nothing. */
function hasSequence(text: string): boolean {
  if (text.includes(ESCAPE)) return true;
  for (const introducer of ["\u009b", "\u009d", "\u0090"]) if (text.includes(introducer)) return true;
  return false;
}

/** What is searched in, and what the index holds: any case alike. */
export const toSearchable = (text: string): string => toPlain(text).toLowerCase();
