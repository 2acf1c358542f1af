import type { LogLine, Mark } from "../log-source.ts";
import { utcTimeOf } from "../utc-time.ts";
import { createLineParser } from "./line-parser.ts";
import { type FileLine, sumOf } from "./log-file.ts";
import type { LogTrack } from "./process-tracks.ts";

/** Position of a reader that has the line. */
export function markAt(epoch: string, { text, end }: FileLine): Mark {
  const mark: Mark = { epoch, at: end };
  const sum = sumOf(text);
  if (sum !== undefined) mark.sum = sum;
  return mark;
}

/** Turns lines of a file into those of a log. */
export type ToLogLines = (lines: readonly FileLine[], epoch: string, modified: number) => LogLine[];

/** For the lines of one file, in their order. A line that names no time has at most that of the last change of the file. */
export function createToLogLines({ id, error, instance, format, app }: LogTrack): ToLogLines {
  const parse = createLineParser(format);
  return (lines, epoch, modified) => {
    const now = Date.now();
    const latest = utcTimeOf(Math.min(now, modified));
    return lines.flatMap((line) => {
      const mark = markAt(epoch, line);
      return parse(line.text, now).flatMap((parsed): LogLine[] => {
        // Several apps write into the file, and JSON says which.
        if (parsed.app !== undefined && parsed.app !== app) return [];
        const time = parsed.time ?? latest;
        const own: LogLine = { track: id, mark, text: parsed.text, time, error: parsed.error ?? error };
        const writer = parsed.instance ?? instance;
        if (writer !== undefined) own.instance = writer;
        if (parsed.time === undefined) own.approximate = true;
        return [own];
      });
    });
  };
}
