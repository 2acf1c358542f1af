import Anser from "anser";
import type { LinePattern } from "../search/line-pattern.ts";

/** A run of text of one look. `className` comes from a closed set; colours are `rgb()` of checked numbers. */
export interface TextSegment {
  text: string;
  className: string;
  color?: string;
  background?: string;
}

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
const levels = [0, 95, 135, 175, 215, 255];
/** `hidden` and `blink` are left out on purpose: a program may not hide what it wrote, nor flash. */
const decorations = new Set(["bold", "dim", "italic", "underline", "strikethrough", "reverse"]);

function paletteColour(index: number): string {
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const cube = index - 16;
  const part = (divisor: number) => levels[Math.floor(cube / divisor) % 6] ?? 0;
  return `rgb(${part(36)}, ${part(6)}, ${part(1)})`;
}

interface Look {
  className?: string;
  colour?: string;
}

function toLook(name: string | null, truecolor: string | null, side: "fg" | "bg"): Look {
  if (!name) return {};
  if (name === "ansi-truecolor") {
    const parts = (truecolor ?? "").split(",").map(Number);
    const valid = parts.length === 3 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
    return valid ? { colour: `rgb(${parts.join(", ")})` } : {};
  }
  const palette = /^ansi-palette-(\d{1,3})$/.exec(name);
  if (palette) {
    const index = Number(palette[1]);
    if (index > 255) return {};
    if (index >= 16) return { colour: paletteColour(index) };
    return { className: `ansi-${side}-${index >= 8 ? "bright-" : ""}${names[index % 8]}` };
  }
  const basic = /^ansi-(bright-)?([a-z]+)$/.exec(name);
  if (!basic || !names.includes(basic[2] ?? "")) return {};
  return { className: `ansi-${side}-${basic[1] ?? ""}${basic[2]}` };
}

/** Splits a cleaned line (see `cleanLine`) into runs of one look; empty runs are left out. */
export function toSegments(cleaned: string): TextSegment[] {
  if (!cleaned.includes("\u001b")) return cleaned === "" ? [] : [{ text: cleaned, className: "" }];
  const segments: TextSegment[] = [];
  for (const entry of Anser.ansiToJson(cleaned, { json: true, use_classes: true, remove_empty: true })) {
    const foreground = toLook(entry.fg, entry.fg_truecolor, "fg");
    const background = toLook(entry.bg, entry.bg_truecolor, "bg");
    const styles = [...new Set<string>(entry.decorations)].filter((style) => decorations.has(style));
    segments.push({
      text: entry.content,
      className: [foreground.className, background.className, ...styles.map((style) => `ansi-${style}`)]
        .filter(Boolean)
        .join(" "),
      ...(foreground.colour && { color: foreground.colour }),
      ...(background.colour && { background: background.colour }),
    });
  }
  return segments;
}

/** A run cut so that each piece is either wholly a search match or not at all. */
export interface MarkedSegment extends TextSegment {
  match: boolean;
}

/** Cuts runs at the borders of what the pattern finds, across colour changes too. */
export function markMatches(segments: readonly TextSegment[], pattern: LinePattern | undefined): MarkedSegment[] {
  const ranges = pattern?.ranges(segments.map((segment) => segment.text).join("")) ?? [];
  if (ranges.length === 0) return segments.map((segment) => ({ ...segment, match: false }));
  const marked: MarkedSegment[] = [];
  let offset = 0;
  for (const segment of segments) {
    const end = offset + segment.text.length;
    let at = offset;
    for (const [start, stop] of ranges) {
      if (stop <= at || start >= end) continue;
      if (start > at) marked.push({ ...segment, text: segment.text.slice(at - offset, start - offset), match: false });
      const from = Math.max(at, start);
      const to = Math.min(end, stop);
      marked.push({ ...segment, text: segment.text.slice(from - offset, to - offset), match: true });
      at = to;
    }
    if (at < end) marked.push({ ...segment, text: segment.text.slice(at - offset), match: false });
    offset = end;
  }
  return marked;
}
