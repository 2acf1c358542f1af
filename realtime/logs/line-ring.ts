import {
  advance,
  covers,
  isAfter,
  type LogLine,
  type LogSource,
  type Position,
  type StoredPlace,
} from "../../shared/logs/log-source.ts";
import { LineSegment, SEGMENT_BYTES } from "./line-segment.ts";

/** Size of the ring of each followed log, so that a viewer that joins, returns or lags briefly needs no read of the source. */
const RING_BYTES = 7 * SEGMENT_BYTES;

/** The newest lines of a followed log and the position before the first of them. */
export class LineRing {
  /** Oldest first. */
  private segments: LineSegment[] = [];
  private bytes = 0;
  private empty: Position;
  private readonly source: LogSource;

  constructor(source: LogSource, start: Position) {
    this.source = source;
    this.empty = start;
  }

  /** A reader with everything up to this position can continue from the ring. */
  get start(): Position {
    return this.segments[0]?.before ?? this.empty;
  }

  /** @param before position of a reader that lacks these lines and has all earlier ones */
  push(lines: readonly LogLine[], before: Position): void {
    if (lines.length === 0 || this.segments.at(-1)?.append(lines)) return;
    const oldest = this.bytes + SEGMENT_BYTES > RING_BYTES ? this.segments.shift() : undefined;
    this.bytes -= oldest?.bytes ?? 0;
    // Used again: the memory of a dropped segment would wait for a collection, which a log of 40 MB/s does not.
    const segment = oldest?.reuse(before, lines) ? oldest : new LineSegment(before, lines);
    this.segments.push(segment);
    this.bytes += segment.bytes;
    while (this.bytes > RING_BYTES && this.segments.length > 1) this.bytes -= this.segments.shift()?.bytes ?? 0;
  }

  /** Clears the ring: the log continues after a gap, or as another log. */
  restart(start: Position): void {
    this.segments = [];
    this.bytes = 0;
    this.empty = start;
  }

  reaches(position: Position): boolean {
    return covers(this.source, position, this.start);
  }

  /** Returns the position of a reader with everything up to the line; undefined if the ring does not have the line. */
  positionAt({ track, time }: StoredPlace): Position | undefined {
    for (const segment of this.segments.toReversed()) {
      const lines = segment.lines();
      const index = lines.findLastIndex((line) => line.time === time && line.track === track);
      if (index !== -1) return advance(segment.before, lines.slice(0, index + 1));
    }
    return undefined;
  }

  after(position: Position): LogLine[] {
    const first = this.segments.findLastIndex(({ before }) => covers(this.source, position, before));
    return this.segments
      .slice(Math.max(first, 0))
      .flatMap((segment) => segment.lines())
      .filter((line) => isAfter(this.source, line, position));
  }
}
