import { AppError } from "../../../shared/server/errors.ts";
import { stackErrors } from "../messages.ts";
import { type EnvEntry, parseEnv } from "./env-parse.ts";

export interface EnvVariable {
  name: string;
  value: string;
}

/** Names that a `.env` file sets or passes on, without duplicates, in order. */
export const envNames = (text: string): string[] => [...new Set(parseEnv(text).entries.map(({ name }) => name))];

/** Variables that a `.env` file sets, in order and with duplicates. Bare names, which have no value, are left out. */
export const envVariables = (text: string): EnvVariable[] =>
  parseEnv(text).entries.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));

/**
 * Every form in which a value may appear in output: as Compose 2.x reads it, as it is written (as Compose 1.x reads it,
 * except for comments), and lines that Compose quotes because it cannot read them.
 */
export function envSecrets(text: string): EnvVariable[] {
  const { entries, unreadable } = parseEnv(text);
  const forms = ({ name, value, raw }: EnvEntry): EnvVariable[] => {
    const plain = raw.replace(/^(["'])([\s\S]*)\1$/, "$2");
    const values = new Set([value ?? "", plain, raw.replace(/\s+#.*$/, "").trim(), raw.replace(/#.*$/, "").trim()]);
    return [...values].filter((form) => form !== "").map((form) => ({ name, value: form }));
  };
  const quoted = unreadable.flatMap((line) => [line, line.replace(/^[^=:]*[=:]\s*["']?/, "")]);
  return [...entries.flatMap(forms), ...quoted.map((value) => ({ name: "", value }))];
}

/**
 * Sets and removes variables in a text. Everything else is preserved byte for byte: comments, `export`, line ends, a byte
 * order mark. Of a name that is set twice the last entry is written and the others are removed.
 * @throws AppError `invalid_input` for a value that some Compose versions would read back differently.
 */
export function changeEnv(
  text: string,
  { set, remove }: { set: Readonly<Record<string, string>>; remove: readonly string[] },
): string {
  const written = new Map(Object.entries(set).map(([name, value]) => [name, `${name}=${quoteEnvValue(name, value)}`]));
  const gone = new Set(remove.filter((name) => !written.has(name)));
  const { entries } = parseEnv(text);
  const last = new Map(entries.map((entry) => [entry.name, entry]));
  let result = "";
  let at = 0;
  for (const entry of entries) {
    const line = written.get(entry.name);
    if (line === undefined && !gone.has(entry.name)) continue;
    if (line !== undefined && last.get(entry.name) === entry) {
      result += text.slice(at, entry.from) + line;
      at = entry.to;
      continue;
    }
    const [from, to] = wholeLines(text, entry);
    result += text.slice(at, Math.max(at, from));
    at = Math.max(at, to);
  }
  result += text.slice(at);
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? "\n";
  for (const [name, line] of written) {
    if (last.has(name)) continue;
    if (result !== "" && result !== "\ufeff" && !result.endsWith("\n")) result += lineEnd;
    result += line + lineEnd;
  }
  return result;
}

/** The whole lines of a statement that shares them with nothing else; otherwise the statement alone. */
function wholeLines(text: string, { from, to }: EnvEntry): [number, number] {
  const start = Math.max(text.lastIndexOf("\n", from - 1) + 1, text.startsWith("\ufeff") ? 1 : 0);
  const end = text.indexOf("\n", to);
  const before = text.slice(start, from);
  const after = text.slice(to, end === -1 ? text.length : end);
  const alone = /^\s*(export\s+)?$/.test(before) && /^\s*(#.*)?$/.test(after);
  return alone ? [start, end === -1 ? text.length : end + 1] : [from, to];
}

/**
 * Writes a value so that Compose 1.x and 2.x read it back unchanged. They agree on plain words and, with the exceptions
 * below, on quotes: 1.x expands `${}` and `\\` even in single quotes, and only 2.x expands `$NAME` in double quotes.
 */
function quoteEnvValue(name: string, value: string): string {
  if (/^[A-Za-z0-9_./:@%+,-]*$/.test(value)) return value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these would end the line or the string.
  if (!/[\x00-\x1f\x7f'\\]|\$\{/.test(value) && value.isWellFormed()) return `'${value}'`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
  if (!/[\x00-\x1f\x7f"\\$`]/.test(value) && value.isWellFormed()) return `"${value}"`;
  throw new AppError("invalid_input", stackErrors.envValueNotPortable(name));
}
