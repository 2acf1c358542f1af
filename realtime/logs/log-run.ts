import { advance, type LogLine, type Position } from "./log-source.ts";

/** Lines that go out as one event: of one stream of one instance, in order. */
export interface LogRun {
  data: string;
  time: string;
  error: boolean;
  instance: number | undefined;
  /** Where a reader stands after the run. */
  position: Position;
}

/** Most runs of one flush that keep the order in which streams alternated; beyond it each stream goes out as one run. */
const RUNS_MAX = 32;
/**
 * Characters of one event. Larger ones hold up others behind them, and texts beyond 128 KB leave V8's young generation:
 * a log that writes 40 MB/s would then fill the old one with what is garbage at once.
 */
const RUN_CHARS_MAX = 64 * 1024;

const keyOf = (line: LogLine) => `${line.error ? "e" : "o"}${line.instance ?? ""}`;

function splitRuns(lines: readonly LogLine[]): LogLine[][] {
  const runs: LogLine[][] = [];
  let run: LogLine[] = [];
  let key = "";
  let chars = 0;
  for (const line of lines) {
    const lineKey = keyOf(line);
    if (run.length > 0 && (lineKey !== key || chars + line.text.length > RUN_CHARS_MAX)) {
      runs.push(run);
      run = [];
      chars = 0;
    }
    key = lineKey;
    chars += line.text.length;
    run.push(line);
  }
  if (run.length > 0) runs.push(run);
  return runs;
}

/** Gathers lines into as few events as their streams and sizes allow. Order is kept within a stream, as the source promises it. */
export function toRuns(lines: readonly LogLine[], from: Position): LogRun[] {
  let split = splitRuns(lines);
  if (split.length > RUNS_MAX) {
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
      error: last.error,
      instance: last.instance,
      position,
    };
  });
}
