import { MASK, namesSecret } from "../logs/masking.ts";

export interface NamedValue {
  name: string;
  value: string;
}

/** Shorter values could be ordinary words: they are masked as whole words only, and only if their name marks them as secret. */
const MIN_ANYWHERE = 6;
const MIN_WORD = 3;
const MAX_PIECES = 1_000;
/** The value of a switch is not secret, whatever its name. */
const isSwitch = (value: string) => /^(true|false|yes|no|on|off|none|null)$/i.test(value);

/** Creates a function that masks the values in a line of output. */
export function createMask(variables: readonly NamedValue[]): (line: string) => string {
  const anywhere = new Set<string>();
  const words = new Set<string>();
  for (const { name, value } of variables) {
    // Output is masked line by line; inside double quotes, an escape can also end a line.
    for (const piece of [value, ...value.split(/\r?\n|\\[nr]/)]) {
      const text = piece.trim();
      if (text.length >= MIN_ANYWHERE) anywhere.add(text);
    }
    if (value.length >= MIN_WORD && value.length < MIN_ANYWHERE && namesSecret(name) && !isSwitch(value)) {
      words.add(value);
    }
  }
  const longestFirst = (values: ReadonlySet<string>) =>
    [...values].sort((a, b) => b.length - a.length).slice(0, MAX_PIECES);
  const hidden = longestFirst(anywhere);
  const hiddenWords = longestFirst(words);
  return (line) => {
    const text = hidden.reduce((masked, value) => masked.replaceAll(value, MASK), line);
    return hiddenWords.reduce(maskWord, text);
  };
}

/** Masks whole words only: parts of container and file names do not count. */
function maskWord(text: string, value: string): string {
  let masked = "";
  let from = 0;
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1)) {
    if (at < from) continue;
    const end = at + value.length;
    if (/[\w./-]/.test(text[at - 1] ?? "") || /^([\w/-]|\.\w)/.test(text.slice(end, end + 2))) continue;
    masked += text.slice(from, at) + MASK;
    from = end;
  }
  return masked + text.slice(from);
}

/** Creates a mask for the environment of a container, given as `NAME=value`. */
export const maskEnvironment = (environment: readonly string[]): ((text: string) => string) =>
  createMask(
    environment.map((entry) => {
      const at = entry.indexOf("=");
      return at === -1 ? { name: entry, value: "" } : { name: entry.slice(0, at), value: entry.slice(at + 1) };
    }),
  );
