import type { RunChange } from "../container-runs.ts";
import { advance, type LogLine, type Position, type ReadHandlers } from "../log-source.ts";
import { changeEntry, isOutOfOrder } from "./container-position.ts";

/** Hands on what is read of a log: lines, and between them the ends and starts, each in its place. */
export interface LogReading {
  /** `base` is where a reader stands that lacks the lines and has all those handed on before. */
  lines(lines: LogLine[], base: Position): Promise<void>;
  /** Hands on the first so many ends and starts, as far as they still wait. */
  finish(count: number): Promise<void>;
  position(): Position;
  /** Where reading began; it counts for streams without a line. */
  rebase(position: Position): void;
}

export function createReading(from: Position, changes: readonly RunChange[], handlers: ReadHandlers): LogReading {
  let position = from;
  let next = 0;

  const hand = async (lines: LogLine[]) => {
    if (lines.length === 0) return;
    const before = position;
    position = advance(before, lines);
    await handlers.onLines(lines, before);
  };
  const handChanges = async (count: number) => {
    while (next < Math.min(count, changes.length)) await hand([changeEntry(changes[next++] as RunChange)]);
  };

  return {
    async lines(lines, base) {
      position = base;
      let start = 0;
      for (let index = 0; next < changes.length && index < lines.length; index++) {
        const due = countDue(changes, next, lines[index] as LogLine);
        if (due === next) continue;
        await hand(lines.slice(start, index));
        await handChanges(due);
        start = index;
      }
      await hand(start === 0 ? lines : lines.slice(start));
    },
    finish: handChanges,
    position: () => position,
    rebase(base) {
      position = base;
    },
  };
}

/** How many of the changes come before the line. */
function countDue(changes: readonly RunChange[], from: number, line: LogLine): number {
  let due = from;
  for (let index = from; index < changes.length; index++) {
    const { kind, time, known } = changes[index] as RunChange;
    // A start belongs to the end before it: what was written since then is of the new run.
    if (kind === "started") {
      if (due === index) due++;
      continue;
    }
    const start = changes[index + 1];
    const isAfter =
      time < known.startedAt
        ? isOutOfOrder(line.mark) && line.time > time // the clock was set back while it ran
        : line.time > time || (start !== undefined && start.time < time && isOutOfOrder(line.mark));
    if (!isAfter) break;
    due++;
  }
  return due;
}
