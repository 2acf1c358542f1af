import type { LineRecord } from "./block.ts";
import type { MarkRecord, StreamState } from "./stream-state.ts";

/**
 * Text of a block, in UTF-16 units. Smaller blocks compress worse and cost more index. In larger ones most trigrams
 * occur everywhere, and the index excludes fewer blocks (measured with 64 to 512 KiB).
 */
export const BLOCK_SIZE = 64 * 1024;
/** Bound of the fresh lines of all containers together: each search reads all of them. */
const MAX_FRESH = 8 * 1024 * 1024;

/** Size of lines in a block or as fresh lines: UTF-16 units, with a separator for each line. */
export function sizeOf(lines: readonly LineRecord[]): number {
  let size = 0;
  for (const { text } of lines) size += text.length + 1;
  return size;
}

/** Cuts lines into blocks of at most `BLOCK_SIZE`, in order. A line that is longer gets a block of its own. */
export function cutBlocks(lines: readonly LineRecord[]): LineRecord[][] {
  const blocks: LineRecord[][] = [];
  let block: LineRecord[] = [];
  let size = 0;
  for (const line of lines) {
    if (block.length > 0 && size + line.text.length >= BLOCK_SIZE) {
      blocks.push(block);
      block = [];
      size = 0;
    }
    block.push(line);
    size += line.text.length + 1;
  }
  if (block.length > 0) blocks.push(block);
  return blocks;
}

/**
 * Chooses the streams whose lines the next write puts into blocks: streams with enough for a block, then the largest
 * ones until the fresh lines of all streams fit their bound.
 */
export function chooseSealed<S extends Pick<StreamState, "renamed" | "freshBytes" | "lines">>(
  streams: readonly S[],
): Set<S> {
  const sealed = new Set<S>();
  const rest: { stream: S; size: number }[] = [];
  let total = 0;
  for (const stream of streams) {
    const { renamed, freshBytes, lines } = stream;
    // The fresh lines of a renamed stream go into a block under the old name in any case.
    const size = (renamed ? 0 : freshBytes) + sizeOf(lines);
    if (lines.length > 0 && size >= BLOCK_SIZE) sealed.add(stream);
    else {
      rest.push({ stream, size });
      total += size;
    }
  }
  if (total <= MAX_FRESH) return sealed;
  rest.sort((a, b) => b.size - a.size);
  for (const { stream, size } of rest) {
    if (total <= MAX_FRESH) break;
    sealed.add(stream);
    total -= size;
  }
  return sealed;
}

export interface PlacedMark {
  mark: MarkRecord;
  /** Time to store, in microseconds. */
  us: number;
  /** The start of a run whose first line has not been read. */
  isOpen: boolean;
}

export interface MarkPlan {
  /** The open mark of an earlier write, to be moved to the time of its first line. */
  moved: { id: number; us: number } | undefined;
  /** Whether the open mark of an earlier write still waits for its first line. */
  staysOpen: boolean;
  placed: PlacedMark[];
}

/**
 * Places the marks of a stream before the lines they precede. The Engine notes the start of a run later than the first
 * output of the run can be, so the start takes the time of its first line where that is earlier.
 */
export function placeMarks({ lines, marks, openMark }: Pick<StreamState, "lines" | "marks" | "openMark">): MarkPlan {
  const firstFrom = (n: number) => lines.find((line) => line.n >= n);
  const first = openMark && firstFrom(openMark.n);
  return {
    moved: openMark && first && first.us < openMark.us ? { id: openMark.id, us: first.us } : undefined,
    staysOpen: openMark !== undefined && !first,
    placed: marks.map((mark) => {
      const next = mark.kind === "started" ? firstFrom(mark.n) : undefined;
      return {
        mark,
        us: next ? Math.min(mark.us, next.us) : mark.us,
        isOpen: mark.kind === "started" && !next,
      };
    }),
  };
}
