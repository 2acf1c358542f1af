import { AppError } from "../../../shared/server/errors.ts";
import { type EnvEntry, parseEnv } from "./env-parse.ts";

export interface EnvVariable {
  name: string;
  value: string;
}

/** Names a `.env` file sets or passes on, each once, in order. */
export const envNames = (text: string): string[] => [...new Set(parseEnv(text).entries.map(({ name }) => name))];

/** What a `.env` file sets, in order; a name that is set twice stands twice. Bare names have no value of their own. */
export const envVariables = (text: string): EnvVariable[] =>
  parseEnv(text).entries.flatMap(({ name, value }) => (value === null ? [] : [{ name, value }]));

/**
 * All that may stand in output in the place of a value: as Compose v2 reads it, as it is written (which is what the
 * generation before reads, up to another comment rule), and lines that Compose quotes because it cannot read them.
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
 * The text with some variables set and some taken out. Everything else stays as it is to the byte: comments, `export`,
 * line ends, a byte order mark. Of a name that is set twice the last one counts and is written; the others go.
 * @throws AppError `invalid_input` for a value that not every Compose reads back as it is.
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

/** The lines of a statement with their end, when it is alone on them; the statement itself when it is not. */
function wholeLines(text: string, { from, to }: EnvEntry): [number, number] {
  const start = Math.max(text.lastIndexOf("\n", from - 1) + 1, text.startsWith("\ufeff") ? 1 : 0);
  const end = text.indexOf("\n", to);
  const before = text.slice(start, from);
  const after = text.slice(to, end === -1 ? text.length : end);
  const alone = /^\s*(export\s+)?$/.test(before) && /^\s*(#.*)?$/.test(after);
  return alone ? [start, end === -1 ? text.length : end + 1] : [from, to];
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
