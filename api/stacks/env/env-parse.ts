/** One statement of a `.env` file. Offsets count characters of the text; ends are not included. */
export interface EnvEntry {
  name: string;
  /** The value as Compose 2.x reads it. Null for a bare name, whose value comes from the environment. */
  value: string | null;
  /** The text between the separator and the end of the statement, quotes included. */
  raw: string;
  /** Start of the name, after any `export`. */
  from: number;
  to: number;
}

export interface ParsedEnv {
  entries: EnvEntry[];
  /** Lines that no Compose version reads. Compose quotes them in its error. */
  unreadable: string[];
}

/** White space except line ends. */
const BLANK = /[\t\v\f\r \u0085\u00a0]/;
const NAME = /[\p{L}\p{N}_.[\]-]/u;

/**
 * Parses a `.env` file by the rules of Compose 2.x: `NAME=value` and `NAME: value`, names with dots and dashes, `export`,
 * bare names, both kinds of quotes over several lines, comments after white space, a byte order mark, CRLF. Compose rejects
 * a whole file for one invalid line; here only that line is skipped, so that the others are still listed and masked.
 * @param outer Variables of the environment. They take precedence over the file when a value references them.
 */
export function parseEnv(text: string, outer: Readonly<Record<string, string>> = {}): ParsedEnv {
  const parsed: ParsedEnv = { entries: [], unreadable: [] };
  const known = new Map<string, string>();
  const lookUp = (name: string) => (Object.hasOwn(outer, name) ? outer[name] : known.get(name));
  let at = text.startsWith("\ufeff") ? 1 : 0;
  for (at = statementStart(text, at); at < text.length; at = statementStart(text, at)) {
    const line = lineEnd(text, at);
    const key = readName(text, at, line);
    if (!key) {
      parsed.unreadable.push(text.slice(at, line).trim());
      at = line;
      continue;
    }
    const { name, from } = key;
    if (key.bare) {
      parsed.entries.push({ name, value: null, raw: "", from, to: key.end });
      at = line;
      continue;
    }
    const read = readValue(text, skipBlanks(text, key.end), lookUp);
    if (!read.ended) parsed.unreadable.push(text.slice(at, line).trim());
    parsed.entries.push({ name, value: read.value, raw: text.slice(read.from, read.to), from, to: read.to });
    known.set(name, read.value);
    at = read.to;
  }
  return parsed;
}

function statementStart(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (/\s/.test(text[at] ?? "") || BLANK.test(text[at] ?? "")) at++;
    else if (text[at] === "#") at = lineEnd(text, at);
    else break;
  }
  return at;
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
};

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && BLANK.test(text[at] ?? "")) at++;
  return at;
}

/** Reads a name followed by `=` or `:`, or alone on its line; undefined for any other line. */
function readName(text: string, start: number, line: number) {
  const exported = /^export[\t\v\f\r ]+/.exec(text.slice(start, line))?.[0].length ?? 0;
  const from = start + exported;
  let end = from;
  while (end < line && NAME.test(String.fromCodePoint(text.codePointAt(end) ?? 0))) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  const name = text.slice(from, end);
  const after = skipBlanks(text, end);
  if (name === "") return undefined;
  if (after >= line) return { name, from, end, bare: true };
  return text[after] === "=" || text[after] === ":" ? { name, from, end: after + 1, bare: false } : undefined;
}

function readValue(text: string, from: number, lookUp: (name: string) => string | undefined) {
  const quote = text[from];
  const line = lineEnd(text, from);
  if (quote === '"' || quote === "'") {
    const end = endOfQuote(text, from, quote);
    if (end !== -1) {
      // In single quotes only the quote itself can be escaped.
      const inside = text.slice(from + 1, end).replaceAll(`\\${quote}`, quote);
      const value = quote === "'" ? inside : interpolate(withoutEscapes(inside), lookUp);
      return { value, from, to: end + 1, ended: true };
    }
    return { value: text.slice(from + 1, line).trimEnd(), from, to: trimmedEnd(text, from, line), ended: false };
  }
  const comment = text.slice(from, line).indexOf(" #");
  const to = trimmedEnd(text, from, comment === -1 ? line : from + comment);
  return { value: interpolate(text.slice(from, to), lookUp), from, to, ended: true };
}

function endOfQuote(text: string, from: number, quote: string): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

function trimmedEnd(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && (/\s/.test(text[end - 1] ?? "") || BLANK.test(text[end - 1] ?? ""))) end--;
  return end;
}

const controls: Record<string, string> = { a: "\x07", b: "\b", c: "\\c", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** Resolves the escapes of double quotes. `\$` becomes `$$`, which interpolation turns into one dollar sign. */
const withoutEscapes = (text: string): string =>
  text.replace(/\\([abcfnrtv$"\\]|0[0-7]{0,3})/g, (whole, [first]: string) => {
    if (first === "$") return "$$";
    if (first === "0") return whole.length < 5 ? whole : String.fromCharCode(Number.parseInt(whole.slice(2), 8) & 0xff);
    return controls[first ?? ""] ?? first ?? whole;
  });

/** Longest expanded value, in characters: each variable may double the previous one. */
const MAX_EXPANDED = 64 * 1024;
const reference = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\})/g;

/** Replaces variables by their values. A variable that is not set and has no default becomes empty. */
export function interpolate(text: string, lookUp: (name: string) => string | undefined): string {
  const expanded = text.replace(reference, (_, dollar, plain, braced, operator = "", other = "") => {
    if (dollar) return "$";
    const value = lookUp(plain ?? braced);
    const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
    if (operator.endsWith("+")) return isSet ? interpolate(other, lookUp) : "";
    return isSet ? value : operator.endsWith("-") ? interpolate(other, lookUp) : "";
  });
  return expanded.slice(0, MAX_EXPANDED);
}
