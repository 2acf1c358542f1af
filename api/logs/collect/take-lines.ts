import { formatContainerCursor, knownRun, settled } from "../../../shared/logs/docker/container-position.ts";
import type { LogLine, LogSource, LostLines, Position } from "../../../shared/logs/log-source.ts";
import type { GapReason } from "../../../shared/protocol/events/services.ts";
import type { LogGapReason } from "../../../shared/protocol/log-search.ts";
import { parseLineTime } from "../store/line-time.ts";
import type { StreamState } from "../store/stream-state.ts";
import type { Ingest } from "./ingest.ts";

/** Position of a stream in its log; undefined where nothing was read yet. */
export const positionOf = (stream: StreamState, source: LogSource): Position | undefined =>
  stream.position === null ? undefined : source.parseCursor(stream.position);

/** Puts lines, or the end or start of a run, into the store. `position` is that of a reader that has them. */
export function takeLines(
  ingest: Ingest,
  stream: StreamState,
  lines: LogLine[],
  position: Position,
): Promise<void> | undefined {
  const cursor = formatContainerCursor(settled(position));
  const change = lines[0]?.change;
  if (!change) return ingest.put(stream, lines, cursor);
  ingest.noteChange(stream, change, cursor);
  return undefined;
}

/** Stores the position that a read has reached. */
export const savePosition = (ingest: Ingest, stream: StreamState, position: Position): Promise<void> | undefined =>
  ingest.put(stream, [], formatContainerCursor(settled(position)));

/** Stores a gap: after the last line, or after the start of the run that the reader knows where that is later. */
export function noteGap(ingest: Ingest, stream: StreamState, { reason, to }: LostLines): void {
  const startedAt = to && knownRun(to)?.startedAt;
  const isLater = startedAt && parseLineTime(startedAt).us > stream.lastUs;
  ingest.noteGap(stream, toGapReason(reason), isLater ? startedAt : undefined);
}

/** Reason of a gap in the log history. */
export const toGapReason = (reason: GapReason): LogGapReason =>
  reason === "rotated" || reason === "truncated" || reason === "expired" || reason === "unreadable"
    ? reason
    : "source_lost";
