import { AppError } from "../../shared/server/errors.ts";

export interface EnvVariable {
  name: string;
  value: string;
}

/** One variable of a `.env` file, and the lines it takes (the end not included). */
interface Entry extends EnvVariable {
  from: number;
  to: number;
}

const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/** Variables of a `.env` file. A value in quotes may go on over several lines. */
function readEntries(lines: readonly string[]): Entry[] {
  const entries: Entry[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, name, rest] = assignment.exec(lines[index] ?? "") ?? [];
    if (name === undefined || rest === undefined) continue;
    const quote = rest[0];
    const from = index;
    let value = rest;
    if (quote === '"' || quote === "'") {
      const last = lastLineOf(lines, index, quote);
      value = [rest, ...lines.slice(index + 1, last + 1)].join("\n");
      const end = endOfQuote(value, quote);
      value = end === -1 ? value.slice(1) : value.slice(1, end);
      index = last;
    } else {
      const comment = rest.search(/\s#/);
      value = (comment === -1 ? rest : rest.slice(0, comment)).trimEnd();
    }
    entries.push({ name, value, from, to: index + 1 });
  }
  return entries;
}

/** The line a quoted value ends on; its first one when it is never ended. */
function lastLineOf(lines: readonly string[], from: number, quote: string): number {
  let text = (lines[from] ?? "").replace(/^[^=]*=\s*/, "");
  if (endOfQuote(text, quote) !== -1) return from;
  for (let index = from + 1; index < lines.length; index++) {
    text = lines[index] ?? "";
    if (endOfQuote(quote + text, quote) !== -1) return index;
  }
  return from;
}

function endOfQuote(text: string, quote: string): number {
  for (let index = 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === quote) return index;
  }
  return -1;
}

/** Names a `.env` file sets, each once, in order. */
export const envNames = (text: string): string[] => [
  ...new Set(readEntries(text.split(/\r?\n/)).map(({ name }) => name)),
];

/** What a `.env` file sets, in order; a name that is set twice stands twice. */
export const envVariables = (text: string): EnvVariable[] =>
  readEntries(text.split(/\r?\n/)).map(({ name, value }) => ({ name, value }));

/** The text with some variables set and some taken out; comments and all other lines stay as they are. */
export function changeEnv(
  text: string,
  { set, remove }: { set: Readonly<Record<string, string>>; remove: readonly string[] },
): string {
  const written = new Map(Object.entries(set).map(([name, value]) => [name, `${name}=${quoteEnvValue(name, value)}`]));
  const gone = new Set(remove.filter((name) => !written.has(name)));
  const lines = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
  const entries = readEntries(lines);
  // Of a name that is set twice the last one counts: that is the one to write in its place.
  const last = new Map(entries.map((entry) => [entry.name, entry]));
  const result: string[] = [];
  let at = 0;
  for (const entry of entries) {
    result.push(...lines.slice(at, entry.from));
    at = entry.to;
    const line = written.get(entry.name);
    if (line === undefined) {
      if (!gone.has(entry.name)) result.push(...lines.slice(entry.from, entry.to));
    } else if (last.get(entry.name) === entry) {
      result.push(line);
      written.delete(entry.name);
    }
  }
  result.push(...lines.slice(at), ...written.values());
  return result.length === 0 ? "" : `${result.join("\n")}\n`;
}

/**
 * A value as both generations of Compose read it back to the letter. They agree on plain words and, with what is left out
 * here, on quotes: the old one replaces `${}` and `\\` even in single quotes, and only the new one `$NAME` in double ones.
 */
function quoteEnvValue(name: string, value: string): string {
  if (/^[A-Za-z0-9_./:@%+,-]*$/.test(value)) return value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these end a line, or a string, early.
  if (!/[\x00-\x1f\x7f'\\]|\$\{/.test(value) && value.isWellFormed()) return `'${value}'`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
  if (!/[\x00-\x1f\x7f"\\$`]/.test(value) && value.isWellFormed()) return `"${value}"`;
  throw new AppError(
    "invalid_input",
    `The value of ${name} holds a line end, a backslash, \${ or quotes of both kinds, which not every Compose reads back as they are.`,
  );
}
