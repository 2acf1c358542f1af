import { maskArguments } from "../../../shared/logs/masking.ts";

/** As long as a token, with letters and digits in it. */
const tokenLike = /[\w+-]{20,}/g;
const looksRandom = (text: string): boolean =>
  (text.match(tokenLike) ?? []).some((piece) => /\d.*\d/.test(piece) && /[A-Za-z]/.test(piece));

/** The text as a draft may hold it, one argument per line; undefined when a part of it looks like a secret. */
export function keepableText(text: string): string | undefined {
  const lines = text.split("\n");
  return maskArguments(lines).join("\n") === text && !lines.some(looksRandom) ? text : undefined;
}

/** The address as a draft may hold it; undefined when it has a user, a query or a fragment, or a token in its path. */
export const keepableAddress = (address: string): string | undefined =>
  /[?#@]/.test(address) ? undefined : keepableText(address);
