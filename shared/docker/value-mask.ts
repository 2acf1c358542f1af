import { MASK, namesSecret } from "../logs/masking.ts";

export interface NamedValue {
  name: string;
  value: string;
}

/** Shorter values are words that stand anywhere: they are hidden as whole words, where their name says they are secret. */
const ANYWHERE_MIN = 6;
const WORD_MIN = 3;
const PIECES_MAX = 1_000;
/** What a switch is set to hides nothing, whatever its name. */
const isSwitch = (value: string) => /^(true|false|yes|no|on|off|none|null)$/i.test(value);

/** Takes values out of lines before anybody reads them. */
export function createMask(variables: readonly NamedValue[]): (line: string) => string {
  const anywhere = new Set<string>();
  const words = new Set<string>();
  for (const { name, value } of variables) {
    // Output comes line by line; in double quotes a line may end by an escape as well.
    for (const piece of [value, ...value.split(/\r?\n|\\[nr]/)]) {
      const text = piece.trim();
      if (text.length >= ANYWHERE_MIN) anywhere.add(text);
    }
    if (value.length >= WORD_MIN && value.length < ANYWHERE_MIN && namesSecret(name) && !isSwitch(value)) {
      words.add(value);
    }
  }
  const longestFirst = (values: ReadonlySet<string>) =>
    [...values].sort((one, other) => other.length - one.length).slice(0, PIECES_MAX);
  const hidden = longestFirst(anywhere);
  const hiddenWords = longestFirst(words);
  return (line) => {
    const text = hidden.reduce((masked, value) => masked.replaceAll(value, MASK), line);
    return hiddenWords.reduce(maskWord, text);
  };
}

/** Names of containers and files are made of words: a part of one is none. */
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

/** A mask for the environment of a container, in the form `NAME=value`. */
export const maskEnvironment = (environment: readonly string[]): ((text: string) => string) =>
  createMask(
    environment.map((entry) => {
      const at = entry.indexOf("=");
      return at === -1 ? { name: entry, value: "" } : { name: entry.slice(0, at), value: entry.slice(at + 1) };
    }),
  );
