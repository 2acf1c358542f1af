/** What the bytes of a picture say about it. */
export interface PictureFacts {
  type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/avif" | "image/svg+xml";
  /** Pixels; undefined when the file does not say, as in an SVG. */
  size: { width: number; height: number } | undefined;
}

/** Bytes in which the header of a picture is found; a JPEG may have a profile and a thumbnail before it. */
const AVIF_HEADER = 4_096;

const textAt = (bytes: Uint8Array, at: number, length: number): string =>
  String.fromCharCode(...bytes.subarray(at, at + length));

/**
 * Reads the type and the size of a picture from its bytes, before a browser decodes it: a file of some kilobytes can be a
 * picture of gigabytes, and a name says nothing about the content. Undefined for what is none of the six types.
 */
export function readPictureFacts(bytes: Uint8Array): PictureFacts | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (textAt(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") {
      return { type: "image/png", size: { width: view.getUint32(16), height: view.getUint32(20) } };
    }
    if (/^GIF8[79]a$/.test(textAt(bytes, 0, 6))) {
      return { type: "image/gif", size: { width: view.getUint16(6, true), height: view.getUint16(8, true) } };
    }
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return { type: "image/jpeg", size: jpegSize(view) };
    if (textAt(bytes, 0, 4) === "RIFF" && textAt(bytes, 8, 4) === "WEBP") {
      return { type: "image/webp", size: webpSize(bytes, view) };
    }
    if (textAt(bytes, 4, 4) === "ftyp" && /avi[fs]/.test(textAt(bytes, 8, 24))) {
      return { type: "image/avif", size: avifSize(bytes, view) };
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined; // the header is cut off
    throw error;
  }
  return isSvg(bytes) ? { type: "image/svg+xml", size: undefined } : undefined;
}

/** The frame header, behind any number of other segments. */
function jpegSize(view: DataView): { width: number; height: number } {
  let at = 2;
  for (;;) {
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    // A fill byte, or a segment with its length.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2);
  }
}

function webpSize(bytes: Uint8Array, view: DataView): { width: number; height: number } | undefined {
  const chunk = textAt(bytes, 12, 4);
  if (chunk === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (chunk === "VP8L") {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  const threeBytes = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  return chunk === "VP8X" ? { width: threeBytes(24) + 1, height: threeBytes(27) + 1 } : undefined;
}

/** The largest of its pictures: a thumbnail or an alpha plane has a size of its own. */
function avifSize(bytes: Uint8Array, view: DataView): { width: number; height: number } | undefined {
  let largest: { width: number; height: number } | undefined;
  for (let at = 8; at < Math.min(AVIF_HEADER, bytes.length - 16); at++) {
    if (textAt(bytes, at, 4) !== "ispe") continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (!largest || size.width * size.height > largest.width * largest.height) largest = size;
  }
  return largest;
}

/** XML whose first element is `svg`, in UTF-8 or UTF-16. */
function isSvg(bytes: Uint8Array): boolean {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe ? "utf-16be" : "utf-8";
  const start = new TextDecoder(encoding).decode(bytes.subarray(0, 8_192));
  const first = start.replace(/<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!DOCTYPE[^>[]*(\[[\s\S]*?\])?\s*>/gi, "").trim();
  return /^<(\w+:)?svg[\s>/]/.test(first);
}
