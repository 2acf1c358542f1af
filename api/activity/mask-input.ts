import { Buffer } from "node:buffer";
import { createMask, type NamedValue } from "../../shared/docker/value-mask.ts";
import { MASK, maskText, namesSecret } from "../../shared/logs/masking.ts";

/** Longest text of an input that is stored; of others, as of text with several lines, only the length is. */
const MAX_TEXT = 300;
/** Shortest value of a plain name that is masked in the output as well. */
const MIN_UNNAMED = 16;
/** Shortest value that is also recognized by its encodings. */
const MIN_ENCODED = 6;
/** A name that says that its value is a secret. */
const SECRET = "secret";
const MAX_ITEMS = 50;
/** Longest name of a field: those of a tool's arguments are the caller's. */
const MAX_NAME = 200;
const MAX_DEPTH = 6;

/** Objects and lists whose values may be secrets, whatever their names. */
const holders = new Set([
  "answers",
  "args",
  "arguments",
  "env",
  "environment",
  "headers",
  "passkey",
  "response",
  "set",
  "settings",
  "variables",
]);
/** Values that are secrets, although their names do not say so. */
const secretNames = new Set(["code", "current", "proof", "totp"]);
/** Text of files: only the length is stored, also of a short one such as a password alone. */
const fileTexts = new Set(["content"]);
/** Values of a holder that only say what kind of thing it is. */
const plainNames = new Set(["kind", "type"]);

export interface MaskedInput {
  /** Undefined where nothing is left to store. */
  input: Record<string, unknown> | undefined;
  /** Masks the secrets of the input, and whatever reads as a secret, in text that the work outputs. */
  mask(text: string): string;
}

/**
 * The input of an action as it may be stored. Numbers and switches stay. Values named like secrets, and all values of
 * environments, headers and arguments, are masked; text of files is replaced by its length; of addresses the origin stays.
 */
export function maskInput(input: Record<string, unknown> | undefined): MaskedInput {
  const secrets: NamedValue[] = [];
  const addSecret = (value: string) => {
    secrets.push({ name: SECRET, value });
    if (value.length >= MIN_ENCODED) secrets.push(...encodings(value).map((text) => ({ name: SECRET, value: text })));
  };
  const hide = (name: string, value: unknown) => {
    const isNamed = namesSecret(name) || secretNames.has(name);
    // A short value of a plain name, such as a user name, is mostly a word that the output needs.
    if (typeof value === "string" && (isNamed || value.length >= MIN_UNNAMED)) addSecret(value);
    return MASK;
  };
  const masked = (name: string, value: unknown, isSecret: boolean, depth: number): unknown => {
    if (value === null || value === undefined) return value;
    if (depth > MAX_DEPTH) return "…";
    if (Array.isArray(value)) {
      const items = value.slice(0, MAX_ITEMS).map((item) => masked(name, item, isSecret, depth + 1));
      return value.length > MAX_ITEMS ? [...items, `… ${value.length - MAX_ITEMS} more`] : items;
    }
    if (typeof value === "object") {
      const entries = Object.entries(value).slice(0, MAX_ITEMS);
      return Object.fromEntries(
        entries.map(([key, item]) => [
          key.slice(0, MAX_NAME),
          masked(key, item, (isSecret && !plainNames.has(key)) || isSecretName(key, item), depth + 1),
        ]),
      );
    }
    if (isSecret) return hide(name, value);
    if (typeof value !== "string") return value;
    for (const secret of userInfoOf(value)) addSecret(secret);
    return fileTexts.has(name) ? lengthOf(value) : maskedText(value);
  };
  const fields = Object.entries(input ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const kept = fields.map(([key, value]) => [key, masked(key, value, isSecretName(key, value), 0)]);
  const maskSecrets = createMask(secrets);
  return {
    input: kept.length > 0 ? Object.fromEntries(kept) : undefined,
    mask: (text) => maskText(maskSecrets(text)),
  };
}

/** How programs pass a secret on: in base64, in an address, and in JSON. */
const encodings = (value: string): string[] => {
  const base64 = Buffer.from(value).toString("base64").replace(/=+$/, "");
  const others = [encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)];
  return [base64, ...others.filter((text) => text !== value)];
};

/** The password of an address, or the long name that may be a token: programs also write it without the address. */
function userInfoOf(text: string): string[] {
  if (!text.includes("://") || !text.includes("@") || !URL.canParse(text)) return [];
  const { username, password } = new URL(text);
  if (password === "" && username.length < MIN_UNNAMED) return [];
  const inAddress = password || username;
  try {
    return [inAddress, decodeURIComponent(inAddress)];
  } catch {
    return [inAddress];
  }
}

const isSecretName = (name: string, value: unknown): boolean => {
  const key = name.toLowerCase();
  if (typeof value === "boolean" || typeof value === "number") return false;
  return holders.has(key) || secretNames.has(key) || (namesSecret(name) && typeof value !== "object");
};

const lengthOf = (text: string): string => `(${text.length} characters)`;

function maskedText(text: string): string {
  if (text.includes("\n") || text.length > MAX_TEXT) return lengthOf(text);
  if (/^\w+:\/\//.test(text) && URL.canParse(text)) {
    const { protocol, host, pathname, search } = new URL(text);
    return `${protocol}//${host}${pathname.length > 1 || search !== "" ? `/${MASK}` : ""}`;
  }
  return maskText(text);
}
