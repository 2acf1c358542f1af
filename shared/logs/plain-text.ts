const BELL = 0x07;
const TAB = 0x09;
const ESCAPE = 0x1b;

/** Whether a character needs a second look: C0 save the tab, DEL, C1, bidirectional controls, line separators. */
function isSpecial(code: number): boolean {
  if (code < 0x20) return code !== TAB;
  if (code < 0x7f) return false;
  return code <= 0x9f || isInvisible(code);
}

/** Characters that reorder or break a line without being seen: they can make a text read as another one. */
function isInvisible(code: number): boolean {
  return (
    code === 0x061c ||
    code === 0x200e ||
    code === 0x200f ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) ||
    code === 0xfeff
  );
}

const isSgrParameter = (code: number) => (code >= 0x30 && code <= 0x39) || code === 0x3b;
const isParameter = (code: number) => code >= 0x30 && code <= 0x3f;
const isIntermediate = (code: number) => code >= 0x20 && code <= 0x2f;
const isFinal = (code: number) => code >= 0x40 && code <= 0x7e;

/** Control characters as a terminal's `cat -v` writes them, others by their number. */
const toVisible = (code: number): string => {
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  if (code === 0x7f) return "^?";
  return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
};

/** Index after a control string (OSC, DCS, …) whose content starts at `from`; -1 when it does not end in this line. */
function endOfString(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BELL) return index + 1;
    if (code === ESCAPE) return text[index + 1] === "\\" ? index + 2 : -1;
  }
  return -1;
}

/** Index after a control sequence (CSI) whose parameters start at `from`, and whether it only sets colours. */
function endOfSequence(text: string, from: number): { end: number; colour: boolean } {
  let index = from;
  let colour = true;
  while (isParameter(text.charCodeAt(index))) {
    if (!isSgrParameter(text.charCodeAt(index))) colour = false;
    index++;
  }
  while (isIntermediate(text.charCodeAt(index))) {
    colour = false;
    index++;
  }
  if (!isFinal(text.charCodeAt(index))) return { end: index, colour: false };
  return { end: index + 1, colour: colour && text[index] === "m" };
}

/** Index after the escape sequence that starts at `at` (an ESC), and whether it is one to keep. */
function endOfEscape(text: string, at: number): { end: number; colour: boolean } {
  const next = text[at + 1];
  if (next === undefined) return { end: at + 1, colour: false };
  if (next === "[") return endOfSequence(text, at + 2);
  if ("]PX^_".includes(next)) {
    const end = endOfString(text, at + 2);
    // A string that never ends would hide the rest of the line: only its introducer goes.
    return { end: end === -1 ? at + 2 : end, colour: false };
  }
  if (isCharset(text.charCodeAt(at + 1)) && /[0-9A-Z<=>]/.test(text[at + 2] ?? ""))
    return { end: at + 3, colour: false };
  // Before any other character it is stray: that one is text.
  return { end: "78=>DEHMNOZc\\".includes(next) ? at + 2 : at + 1, colour: false };
}

/** What begins the choice of a character set: `ESC ( B`. */
const isCharset = (code: number) => code >= 0x28 && code <= 0x2f;

/** A return to the first column: by itself, or as cursor movement. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const redraw = /\r|\u001b\[[01]?G/;

/** What a terminal shows of a line that was written over itself: its last state that is not blank. */
function lastState(line: string): string {
  if (!redraw.test(line)) return line;
  const states = line.split(redraw);
  return states.findLast((state) => plainText(cleanState(state)).trim() !== "") ?? "";
}

/**
 * Makes one line of a program's output safe to show: colour sequences (SGR) stay as they are, every other escape
 * sequence goes (titles, links, clipboard, cursor moves), and control characters that could hide or reorder text become
 * visible. Of a line that was redrawn by carriage returns its last state is left. C1 controls begin no sequence: in UTF-8
 * they mostly come from text that was encoded twice. Takes time linear in the text.
 */
export const cleanLine = (line: string): string => (special.test(line) ? cleanState(lastState(line)) : line);

/** Whether any character of a text may need a second look. */
const special =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

function cleanState(text: string): string {
  let kept = "";
  let from = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (!isSpecial(code)) {
      index++;
      continue;
    }
    kept += text.slice(from, index);
    if (code === ESCAPE) {
      const { end, colour } = endOfEscape(text, index);
      if (colour) kept += text.slice(index, end);
      index = end;
    } else {
      if ((code < 0x20 && code !== BELL) || code === 0x7f || isInvisible(code)) kept += toVisible(code);
      index++;
    }
    from = index;
  }
  return from === 0 ? text : kept + text.slice(from);
}

/** A name that came from outside (a file, a container, a tool) with what cannot be seen in it made visible. */
export function visibleName(name: string): string {
  let shown = "";
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    shown += isSpecial(code) || code === TAB ? toVisible(code) : character;
  }
  return shown;
}

/** The text of a cleaned line without its colour sequences. */
export function plainText(cleaned: string): string {
  if (!cleaned.includes("\u001b")) return cleaned;
  let kept = "";
  let from = 0;
  for (let at = cleaned.indexOf("\u001b"); at !== -1; at = cleaned.indexOf("\u001b", from)) {
    kept += cleaned.slice(from, at);
    from = endOfEscape(cleaned, at).end;
  }
  return kept + cleaned.slice(from);
}

/**
 * The text that a reader sees, and that a search looks at: lines without escape sequences, as {@link cleanLine} and
 * {@link plainText} make them. Lines stay lines.
 *
 * @param text any number of lines
 */
export function toPlain(text: string): string {
  if (!beyondLines.test(text)) return text;
  return text
    .split("\n")
    .map((line) => plainText(cleanLine(line)))
    .join("\n");
}

/** Longest name or detail in a message to people. */
const LINE_MAX = 500;

/**
 * Text from outside as part of one line of a message: without escape sequences, and with line ends and whatever else
 * cannot be seen made visible, so that it cannot pass for a line of ours. Cut after 500 characters.
 */
export function toPlainLine(text: string): string {
  const line = visibleName(toPlain(text.slice(0, 4 * LINE_MAX)));
  // Half a character is refused by some who are sent it, with the whole message.
  return line.length > LINE_MAX ? `${line.slice(0, LINE_MAX).toWellFormed()}…` : line.toWellFormed();
}

/** {@link special} but for the line end. */
const beyondLines =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** What is searched in, and what the index holds: any case alike. */
export const toSearchable = (text: string): string => toPlain(text).toLowerCase();

/** A line without its end: a terminal adds carriage returns of its own. */
export function withoutLineEnd(line: string): string {
  let end = line.endsWith("\n") ? line.length - 1 : line.length;
  while (end > 0 && line.charCodeAt(end - 1) === 0x0d) end--;
  return end === line.length ? line : line.slice(0, end);
}
