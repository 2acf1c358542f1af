import { editorMessages } from "../messages.ts";

export type LineEnd = "\n" | "\r\n" | "\r";

/** A text for an editor: lines joined by LF, and the information to restore the exact text. */
export interface SplitText {
  /** Byte order mark, or empty. */
  mark: "" | "\ufeff";
  text: string;
  /** The most frequent line end, used for new lines; LF for a single line. */
  end: LineEnd;
  /** Other line ends, by the offset of their LF in `text`. */
  exceptions: ReadonlyMap<number, LineEnd>;
}

export function splitText(raw: string): SplitText {
  const mark = raw.startsWith("\ufeff") ? "\ufeff" : "";
  const body = raw.slice(mark.length);
  const counts = new Map<LineEnd, number>();
  for (const [found] of body.matchAll(/\r\n?|\n/g)) {
    const end = found as LineEnd;
    counts.set(end, (counts.get(end) ?? 0) + 1);
  }
  let end: LineEnd = "\n";
  for (const [candidate, count] of counts) if (count > (counts.get(end) ?? 0)) end = candidate;
  const exceptions = new Map<number, LineEnd>();
  let shorter = 0;
  const text = body.replace(/\r\n?|\n/g, (found, offset: number) => {
    if (found !== end) exceptions.set(offset - shorter, found as LineEnd);
    shorter += found.length - 1;
    return "\n";
  });
  return { mark, text, end, exceptions };
}

/** Restores the exact text. */
export function joinText({ mark, text, end, exceptions }: SplitText): string {
  if (end === "\n" && exceptions.size === 0) return mark + text;
  return mark + text.replace(/\n/g, (_, offset: number) => exceptions.get(offset) ?? end);
}

const names: Record<LineEnd, string> = { "\n": "LF", "\r\n": "CRLF", "\r": "CR" };

/** Name of a text's line ends; empty for LF. */
export function lineEndLabel(raw: string): string {
  const { end, exceptions } = splitText(raw);
  if (exceptions.size > 0) return editorMessages.mixedLineEnds;
  return end === "\n" ? "" : names[end];
}
