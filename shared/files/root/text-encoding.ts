import { Buffer } from "node:buffer";
import type { TextEncodingName } from "../../protocol/file.ts";

export interface DecodedText {
  /** Includes the byte order mark, if any, as U+FEFF. */
  content: string;
  encoding: TextEncodingName;
}

/** Control characters that texts do not contain: all of C0 except tab, line ends, form feed, backspace, bell and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters on purpose
const notText = /[\x00-\x06\x0e-\x1a\x1c-\x1f]/;

/**
 * Decodes text by its byte order mark, or as UTF-8 if valid; undefined if the bytes are not text. Other 8-bit text is decoded
 * as ISO-8859-1, possibly with wrong letters: it can be read but not written.
 */
export function decodeText(bytes: Buffer): DecodedText | undefined {
  const marked =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? "utf-16be"
        : undefined;
  if (marked) {
    const content = strictly(marked, bytes);
    return content === undefined || content.includes("\0") ? undefined : { content, encoding: marked };
  }
  if (bytes.includes(0)) return undefined;
  const content = strictly("utf-8", bytes);
  if (content !== undefined) return { content, encoding: "utf-8" };
  const latin = bytes.toString("latin1");
  return notText.test(latin) ? undefined : { content: latin, encoding: "iso-8859-1" };
}

/** Encodes a text in the encoding of its file. A UTF-16 file always has its byte order mark, which identifies the encoding. */
export function encodeText(content: string, encoding: Exclude<TextEncodingName, "iso-8859-1">): Buffer {
  if (encoding === "utf-8") return Buffer.from(content);
  const bytes = Buffer.from(content.startsWith("\ufeff") ? content : `\ufeff${content}`, "utf16le");
  return encoding === "utf-16be" ? bytes.swap16() : bytes;
}

function strictly(encoding: string, bytes: Buffer): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
