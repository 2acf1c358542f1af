export type LineEnd = "\n" | "\r\n" | "\r";

/** A text as an editor takes it apart: lines joined by LF alone, and what it takes to write it back exactly. */
export interface SplitText {
  /** Byte order mark in front, or nothing. */
  mark: "" | "\ufeff";
  text: string;
  /** What most lines end with, and what a new line gets; LF for a text of one line. */
  end: LineEnd;
  /** Lines that end with something else, by the offset of their LF in `text`. */
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

/** The exact text again. */
export function joinText({ mark, text, end, exceptions }: SplitText): string {
  if (end === "\n" && exceptions.size === 0) return mark + text;
  return mark + text.replace(/\n/g, (_, offset: number) => exceptions.get(offset) ?? end);
}

const names: Record<LineEnd, string> = { "\n": "LF", "\r\n": "CRLF", "\r": "CR" };

/** What the lines of a text end with, in a word; empty for plain LF, which goes without saying. */
export function lineEndLabel(raw: string): string {
  const { end, exceptions } = splitText(raw);
  if (exceptions.size > 0) return "mixed line ends";
  return end === "\n" ? "" : names[end];
}
