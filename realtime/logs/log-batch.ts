import { advance, type LogLine, type Position } from "../../shared/logs/log-source.ts";

/** Lines that go out as one event: of one stream of one instance, in order. */
export interface LogRun {
  data: string;
  time: string;
  /** Milliseconds by which each line is older than `time`; undefined when all share one time. */
  ages: number[] | undefined;
  error: boolean;
  instance: number | undefined;
  /** Where a reader stands after the run. */
  position: Position;
}

/** Most runs of a live flush that keep the order in which streams alternated; beyond it each stream goes out as one run. */
export const LIVE_RUNS_MAX = 32;
/**
 * Characters of one event. Larger ones hold up others behind them, and texts beyond 128 KB leave V8's young generation:
 * a log that writes 40 MB/s would then fill the old one with what is garbage at once.
 */
const RUN_CHARS_MAX = 64 * 1024;

const keyOf = (line: LogLine) => `${line.error ? "e" : "o"}${line.instance ?? ""}`;

function splitRuns(lines: readonly LogLine[]): LogLine[][] {
  const runs: LogLine[][] = [];
  let run: LogLine[] = [];
  let chars = 0;
  for (const line of lines) {
    const before = run[0];
    const sameStream = before?.error === line.error && before.instance === line.instance;
    if (before && (!sameStream || chars + line.text.length > RUN_CHARS_MAX)) {
      runs.push(run);
      run = [];
      chars = 0;
    }
    chars += line.text.length;
    run.push(line);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Length of an ISO 8601 time down to its millisecond. */
const MILLISECOND_LENGTH = 23;

/** Milliseconds from each line to the last one; undefined when all bear one time. Neighbours mostly share theirs. */
function agesOf(run: readonly LogLine[], last: string): number[] | undefined {
  if (run.every((line) => line.time === last)) return undefined;
  const end = Date.parse(`${last.slice(0, MILLISECOND_LENGTH)}Z`);
  let known = "";
  let age = 0;
  return run.map(({ time }) => {
    if (known === "" || !time.startsWith(known)) {
      known = time.slice(0, MILLISECOND_LENGTH);
      age = Math.max(0, end - Date.parse(`${known}Z`));
    }
    return age;
  });
}

/** Gathers lines into as few events as their streams and sizes allow. Order is kept within a stream, as the source promises it. */
export function toRuns(lines: readonly LogLine[], from: Position, runsMax: number): LogRun[] {
  let split = splitRuns(lines);
  if (split.length > runsMax) {
    const byStream = Map.groupBy(lines, keyOf);
    split = splitRuns([...byStream.values()].flat());
  }
  let position = from;
  return split.map((run) => {
    position = advance(position, run);
    const last = run.at(-1) as LogLine;
    return {
      data: run.map((line) => line.text).join(""),
      time: last.time,
      ages: agesOf(run, last.time),
      error: last.error,
      instance: last.instance,
      position,
    };
  });
}
