import { randomBytes } from "node:crypto";
import type { CatalogueEntry, EntryVariable } from "../entry.ts";

type SecretVariable = Extract<EntryVariable, { kind: "secret" }>;

const alphabets = {
  alphanumeric: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
  hex: "0123456789abcdef",
};

/** Replaces a secret in previews and output. */
export const MASK = "••••••••";

export const secretsOf = (entry: CatalogueEntry): SecretVariable[] =>
  entry.environment.filter((variable) => variable.kind === "secret");

/** Generates a value for each secret of an entry, by variable name. */
export const makeSecrets = (entry: CatalogueEntry): Map<string, string> =>
  new Map(
    secretsOf(entry).map(({ name, length, charset, prefix = "" }) => [
      name,
      prefix + randomText(length, alphabets[charset]),
    ]),
  );

/** A mask for each secret of an entry, by variable name. */
export const maskedSecrets = (entry: CatalogueEntry): Map<string, string> =>
  new Map(secretsOf(entry).map(({ name }) => [name, MASK]));

/** Every character is equally likely: bytes beyond the last whole multiple of the alphabet are discarded. */
function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}
