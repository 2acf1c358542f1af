import { maskArguments } from "../../../shared/logs/masking.ts";

/** A piece of text as long as a token. */
const tokenLike = /[\w+-]{20,}/g;
const looksRandom = (text: string): boolean =>
  (text.match(tokenLike) ?? []).some((piece) => /\d.*\d/.test(piece) && /[A-Za-z]/.test(piece));

/** The text, one argument per line, if a draft may store it; undefined when a part looks like a secret. */
export function keepableText(text: string): string | undefined {
  const lines = text.split("\n");
  return maskArguments(lines).join("\n") === text && !lines.some(looksRandom) ? text : undefined;
}

/** The address, if a draft may store it; undefined when it has a user, query, fragment, or a token in its path. */
export const keepableAddress = (address: string): string | undefined =>
  /[?#@]/.test(address) ? undefined : keepableText(address);
