import { detectLevel, isContinuation, LEVEL_LOOK_MAX, type LogLevel, logLevels } from "../../../shared/logs/level.ts";
import type { LogLine } from "../../../shared/logs/log-source.ts";
import { toPlain, withoutLineEnd } from "../../../shared/logs/plain-text.ts";
import { type LineRecord, STDERR } from "../store/block.ts";
import { encodeDetail } from "../store/line-detail.ts";
import { parseLineTime } from "../store/line-time.ts";
import type { StreamState } from "../store/stream-state.ts";

/** Turns lines into records of the store. */
export interface LineRecords {
  /** Takes the next number of the stream. The level is that of the line, or of the line it continues. */
  create(stream: StreamState, line: LogLine): LineRecord;
  /** The next line of the stream continues none. */
  startRun(stream: StreamState): void;
}

export function createLineRecords(): LineRecords {
  /** Levels of the last line of stdout and of stderr, by the flag of the output. */
  const levelsAbove = new WeakMap<StreamState, Record<number, LogLevel>>();
  return {
    create(stream, logLine) {
      const { time, text, error } = logLine;
      const parsed = parseLineTime(time);
      const { us } = parsed;
      const ns = stream.kind === "container" ? parsed.ns : encodeDetail(logLine);
      const line = withoutLineEnd(text);
      const output = error ? STDERR : 0;
      const above = levelsAbove.get(stream) ?? {};
      const { level, continues } = levelOf(line, above[output] ?? "unknown");
      above[output] = level;
      levelsAbove.set(stream, above);
      stream.lastUs = Math.max(stream.lastUs, us);
      return { n: stream.nextN++, us, ns, flags: logLevels.indexOf(level) | output, text: line, continues };
    },
    startRun: (stream) => void levelsAbove.delete(stream),
  };
}

function levelOf(line: string, above: LogLevel): { level: LogLevel; continues: boolean } {
  const plain = toPlain(line.length > LEVEL_LOOK_MAX ? line.slice(0, LEVEL_LOOK_MAX) : line);
  const continues = isContinuation(plain, above);
  return { level: continues ? above : detectLevel(plain), continues };
}
