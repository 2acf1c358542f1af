import {
  advance,
  covers,
  isAfter,
  type LogLine,
  type LogSource,
  type Position,
  type StoredPlace,
} from "../../shared/logs/log-source.ts";

/** Size of the ring of each followed log, so that a viewer that joins, returns or lags briefly needs no read of the source. */
const RING_BYTES = 1024 * 1024;
const RING_LINES = 10_000;

/** The newest lines of a followed log and the position before the first of them. */
export class LineRing {
  private lines: LogLine[] = [];
  private bytes = 0;
  private before: Map<string, { epoch: string; at: number }>;
  private readonly source: LogSource;

  constructor(source: LogSource, start: Position) {
    this.source = source;
    this.before = new Map(start);
  }

  /** A reader with everything up to this position can continue from the ring. */
  get start(): Position {
    return this.before;
  }

  push(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.lines.push(line);
      this.bytes += line.text.length;
    }
    if (this.bytes <= RING_BYTES && this.lines.length <= RING_LINES) return;
    // Drops half at once, so that a busy log does not pay for one shift per line.
    let dropped = 0;
    const before = new Map(this.before);
    while (
      dropped < this.lines.length &&
      (this.bytes > RING_BYTES / 2 || this.lines.length - dropped > RING_LINES / 2)
    ) {
      const line = this.lines[dropped++] as LogLine;
      this.bytes -= line.text.length;
      before.set(line.track, line.mark);
    }
    this.lines = this.lines.slice(dropped);
    this.before = before;
  }

  /** Clears the ring: the log continues after a gap, or as another log. */
  restart(start: Position): void {
    this.lines = [];
    this.bytes = 0;
    this.before = new Map(start);
  }

  reaches(position: Position): boolean {
    return covers(this.source, position, this.before);
  }

  /** Returns the position of a reader with everything up to the line; undefined if the ring does not have the line. */
  positionAt({ track, time }: StoredPlace): Position | undefined {
    const index = this.lines.findLastIndex((line) => line.time === time && line.track === track);
    return index === -1 ? undefined : advance(this.before, this.lines.slice(0, index + 1));
  }

  after(position: Position): LogLine[] {
    return this.lines.filter((line) => isAfter(this.source, line, position));
  }
}
