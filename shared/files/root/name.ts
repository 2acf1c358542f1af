import { Buffer } from "node:buffer";
import { AppError } from "../../server/errors.ts";

/**
 * Linux names are bytes. A byte that is no UTF-8 (0x80-0xFF) becomes the private-use character U+10F700 + byte, and
 * real characters of that block become their four bytes, so that every name has one text and every text one name.
 */
const ESCAPE_BASE = 0x10f700;
/** Of Linux and macOS, in bytes. */
const MAX_NAME = 255;
const anyEscape = /[\u{10f700}-\u{10f7ff}]/u;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a name holds bytes that are not UTF-8. */
export const hasEscapedBytes = (name: string): boolean => anyEscape.test(name);

/** The text of a name as the disk holds it. */
export function decodeName(bytes: Buffer): string {
  try {
    const text = strict.decode(bytes);
    if (!anyEscape.test(text)) return text;
  } catch {
    // Not UTF-8 as a whole: character by character below.
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

/** The bytes a name stands for: the text itself when it holds no escaped byte. */
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

/** The names along a path of the API, from the root down; none for the root itself. Throws `invalid_input`. */
export function parsePath(path: string): string[] {
  const names = path
    .split("/")
    .map(canonicalName)
    .filter((name) => name !== "" && name !== ".");
  if (names.includes("..")) throw new AppError("invalid_input", "A path must not hold a step upwards.");
  return names;
}

/** The one text of a name: escapes may spell what needs none, even `..` or a slash, and are judged by what they mean. */
function canonicalName(text: string): string {
  const bytes = Buffer.from(encodeName(text));
  if (!text.isWellFormed() || bytes.includes(0) || bytes.includes(0x2f)) {
    throw new AppError("invalid_input", "A name holds something that no name can hold.");
  }
  if (bytes.length > MAX_NAME) throw new AppError("invalid_input", `A name has ${MAX_NAME} bytes at most.`);
  return hasEscapedBytes(text) ? decodeName(bytes) : text;
}

/** `/` for the root, `/a/b` below it. */
export const formatPath = (names: readonly string[]): string => `/${names.join("/")}`;

/** Like `parsePath`, for what cannot be done to the root: the folder's names, and the entry's own. */
export function parseEntryPath(path: string): { folder: string[]; name: string } {
  const folder = parsePath(path);
  const name = folder.pop();
  if (name === undefined) throw new AppError("invalid_input", "This cannot be done to the file root itself.");
  return { folder, name };
}
