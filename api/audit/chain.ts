import { createHmac, timingSafeEqual } from "node:crypto";
import type { AuditEntry } from "../../shared/protocol/account.ts";

/** Stands for the hash before the very first line. */
export const CHAIN_START = "0".repeat(64);

/** Characters that JSON permits but terminals and editors interpret: C1, line separators, changes of direction. */
const unsafe = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const escapeUnsafe = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

const hashOf = (key: Buffer, previous: string, text: string) =>
  createHmac("sha256", key).update(previous).update("\n").update(text).digest("hex");

/** A line of the trail without its newline, linked to the previous line, and its hash. */
export function toLine(key: Buffer, previous: string, entry: AuditEntry): { line: string; hash: string } {
  const text = JSON.stringify(entry).replace(unsafe, escapeUnsafe);
  const hash = hashOf(key, previous, text);
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}`, hash };
}

const ending = /,"hash":"([0-9a-f]{64})"\}$/;

/** Returns the hash in a line; undefined if it is not a line of the trail. */
export const hashIn = (line: string): string | undefined => ending.exec(line)?.[1];

/** Whether a line is unchanged and follows the line with the given hash. */
export function followsOn(key: Buffer, previous: string, line: string): boolean {
  const hash = hashIn(line);
  if (hash === undefined) return false;
  const expected = hashOf(key, previous, line.replace(ending, "}"));
  return timingSafeEqual(Buffer.from(hash), Buffer.from(expected));
}

/** Parses the entry of a line; undefined if the line is damaged. */
export function parseLine(line: string): AuditEntry | undefined {
  try {
    const { hash, ...entry } = JSON.parse(line) as AuditEntry & { hash?: string };
    return typeof hash === "string" && Number.isSafeInteger(entry.sequence) ? entry : undefined;
  } catch {
    return undefined;
  }
}
