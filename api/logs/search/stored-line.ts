import { withoutLineEnd } from "../../../shared/logs/plain-text.ts";
import type { StoredLogLine } from "../../../shared/protocol/log-search.ts";
import { LEVEL_MASK, type LineRecord, STDERR } from "../store/block.ts";
import { levelName } from "../store/level-name.ts";
import { decodeDetail } from "../store/line-detail.ts";
import { formatLineTime } from "../store/line-time.ts";
import type { LogSubject } from "../store/stream-state.ts";

/** A line of the store as responses have it. @param run number of its run, from 1 */
export function toStoredLine(id: string, subject: LogSubject, line: LineRecord, run: number): StoredLogLine {
  const { kind, name: container, sourceId: containerId } = subject;
  const isContainer = kind === "container";
  return {
    id,
    kind,
    container,
    containerId,
    time: formatLineTime(line.us, isContainer ? line.ns : 0),
    ...(isContainer ? {} : decodeDetail(line.ns)),
    stream: (line.flags & STDERR) === 0 ? "stdout" : "stderr",
    level: levelName(line.flags & LEVEL_MASK),
    // Earlier releases stored the carriage returns of terminals.
    text: withoutLineEnd(line.text),
    run,
  };
}
