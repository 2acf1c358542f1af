import { type KnownRun, NEVER, type RunChange } from "../container-runs.ts";
import { type LogLine, type Mark, type Position, RUN_TRACK } from "../log-source.ts";

/**
 * A container's log has two tracks, `out` and `err`: the Engine promises order only within a stream. The epoch of a mark
 * is the stored time of the line, `at` its number among lines of that same time. A line that the Engine stored after one
 * with a later time (the clock was set back) bears a letter behind it:
 * - `a`: the later one is of the other stream, more than {@link SKEW_MS} ahead
 * - `b`: the later one is of the same stream; the epoch is that line's time, and `at` counts from it on
 *
 * So marks order as text in the Engine's order. The pseudo-track `id` says which container the position belongs to, `run`
 * which of its ends and starts the reader has received.
 */
export const tracks = ["out", "err"] as const;
export const isStream = (track: string): boolean => tracks.some((known) => known === track);
export const BEGINNING = "0001-01-01T00:00:00.000000000Z";
/** The two streams may be stored out of order by the skew of the Engine's copiers; a second is far above it. */
export const SKEW_MS = 1_000;
/** Length of the part of a container's id that a position holds. */
const ID_LENGTH = 12;
/** Length of a time; what follows it in an epoch says that the log is out of order. */
const TIME_LENGTH = 30;

export const startOf = (id: string): Position =>
  new Map<string, Mark>([
    ["id", { epoch: id.slice(0, ID_LENGTH), at: 0 }],
    ["out", { epoch: BEGINNING, at: 0 }],
    ["err", { epoch: BEGINNING, at: 0 }],
    [RUN_TRACK, runMark({ startedAt: NEVER, ended: true, restartCount: 0 })],
  ]);

export const idOf = (position: Position): string => position.get("id")?.epoch ?? "";
export const markOf = (position: Position, track: string): Mark => position.get(track) ?? { epoch: BEGINNING, at: 0 };
export const timeOf = ({ epoch }: Mark): string => (epoch.length === TIME_LENGTH ? epoch : epoch.slice(0, TIME_LENGTH));
export const isOutOfOrder = (mark: Mark): boolean => mark.epoch.length > TIME_LENGTH;

/** Ends a run's epoch: `at` holds its restarts then, doubled, and one more once it has ended. */
const RUN_LETTER = "r";

const runMark = ({ startedAt, ended, restartCount }: KnownRun): Mark => ({
  epoch: startedAt + RUN_LETTER,
  at: 2 * restartCount + (ended ? 1 : 0),
});

/**
 * The order of two marks of one track; NaN for those of two containers. How often a container was restarted says nothing of
 * the order.
 */
export function compareMarks(left: Mark, right: Mark): number {
  if (left.epoch !== right.epoch) {
    if (left.epoch.length === ID_LENGTH) return Number.NaN;
    return left.epoch < right.epoch ? -1 : 1;
  }
  return left.epoch.endsWith(RUN_LETTER) ? (left.at & 1) - (right.at & 1) : left.at - right.at;
}

/** Returns the newest run that a reader at the position knows; undefined for a position of an earlier release. */
export function knownRun(position: Position): KnownRun | undefined {
  const mark = position.get(RUN_TRACK);
  return mark && { startedAt: timeOf(mark), ended: mark.at % 2 === 1, restartCount: Math.floor(mark.at / 2) };
}

/** Returns the position of a reader that knows the run. */
export const withRun = (position: Position, run: KnownRun): Position => new Map(position).set(RUN_TRACK, runMark(run));

/** Converts an end or a start into an entry of the log. */
export const changeEntry = (change: RunChange): LogLine => ({
  track: RUN_TRACK,
  mark: runMark(change.known),
  text: "",
  time: change.time,
  error: false,
  change,
});

/** Whether times say less than the Engine's order: the log has to be read from its beginning to find the place. */
export const needsWholeLog = (position: Position): boolean =>
  tracks.some((track) => isOutOfOrder(markOf(position, track)));

/** The newest time of both tracks; undefined at the beginning. */
export function newestTime(position: Position): string | undefined {
  const [out, error] = tracks.map((track) => timeOf(markOf(position, track))) as [string, string];
  const newest = out > error ? out : error;
  return newest === BEGINNING ? undefined : newest;
}

/** The Engine's `since` (seconds.nanoseconds, inclusive) from which both tracks can be resumed; undefined: all. */
export function sinceOf(position: Position): string | undefined {
  if (needsWholeLog(position)) return undefined;
  const out = markOf(position, "out").epoch;
  const error = markOf(position, "err").epoch;
  const earlier = out < error ? out : error;
  if (earlier === BEGINNING) return undefined;
  return `${Math.floor((Date.parse(earlier) - SKEW_MS) / 1000)}.${earlier.slice(20, 29)}`;
}

/**
 * The same position for a reader that comes back later: a stream that has been quiet is moved up to just before the
 * newest line, so that the Engine need not replay everything since its last one.
 */
export function settled(position: Position): Position {
  const newest = newestTime(position);
  if (newest === undefined || needsWholeLog(position)) return position;
  const floor = skewBefore(newest);
  const next = new Map(position);
  for (const track of tracks) if (markOf(position, track).epoch < floor) next.set(track, { epoch: floor, at: 0 });
  return next;
}

/** The latest time at which nothing is missing of the other stream once the one has come to `time`. */
export const skewBefore = (time: string): string =>
  `${new Date(Date.parse(time) - SKEW_MS).toISOString().slice(0, 19)}${time.slice(19)}`;

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z`;
const mark = String.raw`(${time}[ab]?)\.(\d{1,9})`;
const cursorPattern = new RegExp(`^c1~([0-9a-f]{12})~${mark}~${mark}(?:~(${time}r)\\.(\\d{1,9}))?$`);

/** Formats a position as `c1~container~out~err~run`; without `~run` for a position of an earlier release. */
export function formatContainerCursor(position: Position): string {
  const [out, error] = tracks.map((track) => markOf(position, track)) as [Mark, Mark];
  const lines = `c1~${idOf(position)}~${out.epoch}.${out.at}~${error.epoch}.${error.at}`;
  const run = position.get(RUN_TRACK);
  return run === undefined ? lines : `${lines}~${run.epoch}.${run.at}`;
}

export function parseContainerCursor(cursor: string): Position | undefined {
  const match = cursorPattern.exec(cursor);
  if (!match) return undefined;
  const [, id = "", outTime = "", outAt, errorTime = "", errorAt, run, runAt] = match;
  for (const epoch of [outTime, errorTime, run ?? BEGINNING]) {
    if (Number.isNaN(Date.parse(epoch.slice(0, TIME_LENGTH)))) return undefined;
  }
  const position = new Map<string, Mark>([
    ["id", { epoch: id, at: 0 }],
    ["out", { epoch: outTime, at: Number(outAt) }],
    ["err", { epoch: errorTime, at: Number(errorAt) }],
  ]);
  if (run !== undefined) position.set(RUN_TRACK, { epoch: run, at: Number(runAt) });
  return position;
}
