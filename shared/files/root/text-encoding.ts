import { Buffer } from "node:buffer";
import type { TextEncodingName } from "../../protocol/file.ts";

export interface DecodedText {
  /** With the byte order mark, where there is one, as U+FEFF. */
  content: string;
  encoding: TextEncodingName;
}

/** Control characters that no text holds: all of C0 but tab, line ends, form feed, backspace, bell and escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const notText = /[\x00-\x06\x0e-\x1a\x1c-\x1f]/;

/**
 * The text of bytes, by their byte order mark or by being valid UTF-8; undefined for what is no text. Other 8-bit text is shown
 * as ISO-8859-1, which may show wrong letters: it can be read, and not written.
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

/** The bytes of a text in the encoding its file has. A UTF-16 file keeps its byte order mark, without which it is no text. */
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
