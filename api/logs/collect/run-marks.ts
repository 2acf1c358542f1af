import type { RunChange } from "../../../shared/logs/container-runs.ts";
import { toMicros } from "../store/line-time.ts";
import type { MarkRecord, StreamState } from "../store/stream-state.ts";

/** An end that is older than lines before it by more than this comes from a clock that was set back. */
const SET_BACK_US = 60_000_000;

/**
 * Time of a start or an end, in microseconds: after the last line, unless the clock was set back. `time` is ISO 8601;
 * null means right after the last line.
 */
export function placeChange(lastUs: number, time: string | null): number {
  if (!time) return lastUs + 1;
  const us = toMicros(Date.parse(time));
  return lastUs - us > SET_BACK_US ? us : Math.max(us, lastUs + 1);
}

/** Counts a new run in the stream. Returns its mark, which stands after the last line and before the next. */
export function startRun(stream: StreamState, startedAt: string | null): MarkRecord {
  stream.run++;
  stream.startedAt = startedAt;
  stream.ended = false;
  return { n: stream.nextN, run: stream.run, kind: "started", us: placeChange(stream.lastUs, startedAt) };
}

/** Ends the present run of the stream. Returns its mark. */
export function endRun(stream: StreamState, { time, exitCode, unknownEnds }: RunChange): MarkRecord {
  if (stream.run === 0) stream.run = 1;
  stream.ended = true;
  const us = placeChange(stream.lastUs, time);
  stream.lastUs = Math.max(stream.lastUs, us);
  return { n: stream.nextN, run: stream.run, kind: "exited", us, exitCode, unknownEnds };
}
