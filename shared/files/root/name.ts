import { Buffer } from "node:buffer";
import { AppError } from "../../server/errors.ts";

/**
 * Linux names are bytes. A byte that is not UTF-8 (0x80-0xFF) becomes the private-use character U+10F700 + byte, and real
 * characters of that block become their four bytes, so that names and texts correspond one to one.
 */
const ESCAPE_BASE = 0x10f700;
/** Longest name on Linux and macOS, in bytes. */
const MAX_NAME = 255;
const anyEscape = /[\u{10f700}-\u{10f7ff}]/u;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a name has bytes that are not UTF-8. */
export const hasEscapedBytes = (name: string): boolean => anyEscape.test(name);

/** Converts the bytes of a name to text. */
export function decodeName(bytes: Buffer): string {
  try {
    const text = strict.decode(bytes);
    if (!anyEscape.test(text)) return text;
  } catch {
    // Not UTF-8 as a whole: decoded character by character below.
  }
  let text = "";
  for (let index = 0; index < bytes.length; ) {
    const length = sequenceLength(bytes[index] ?? 0);
    const character = decodeCharacter(bytes.subarray(index, index + length));
    if (character === undefined || anyEscape.test(character)) {
      text += String.fromCodePoint(ESCAPE_BASE + (bytes[index] ?? 0));
      index++;
    } else {
      text += character;
      index += length;
    }
  }
  return text;
}

/** Converts the text of a name to bytes; returns the text itself if it has no escaped byte. */
export function encodeName(name: string): string | Buffer {
  if (!hasEscapedBytes(name)) return name;
  const parts: Buffer[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    parts.push(anyEscape.test(character) ? Buffer.from([code - ESCAPE_BASE]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

const sequenceLength = (first: number): number => (first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

function decodeCharacter(bytes: Buffer): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Splits a path of the API into names, from the root down; empty for the root. @throws AppError `invalid_input` */
export function parsePath(path: string): string[] {
  const names = path
    .split("/")
    .map(canonicalName)
    .filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw new AppError("invalid_input", "A path must not contain `..`.");
  return names;
}

/** Normalizes a name. Escapes can spell characters that need none, even `..` or a slash, so the decoded name is checked. */
function canonicalName(text: string): string {
  const bytes = Buffer.from(encodeName(text));
  if (!text.isWellFormed() || bytes.includes(0) || bytes.includes(0x2f)) {
    throw new AppError("invalid_input", "The name contains characters that are not allowed.");
  }
  if (bytes.length > MAX_NAME) throw new AppError("invalid_input", `A name has ${MAX_NAME} bytes at most.`);
  return hasEscapedBytes(text) ? decodeName(bytes) : text;
}

/** Joins names to a path: `/` for the root, `/a/b` below it. */
export const formatPath = (names: readonly string[]): string => `/${names.join("/")}`;

/** Splits a path into the names of its folder and the name of the entry. @throws AppError `invalid_input`, also for the root */
export function parseEntryPath(path: string): { folder: string[]; name: string } {
  const folder = parsePath(path);
  const name = folder.pop();
  if (name === undefined) throw new AppError("invalid_input", "The file root itself cannot be changed.");
  return { folder, name };
}
