import type { StoredLogEvent, StoredLogLine } from "../../../../../shared/protocol/log-search.ts";
import { cleanLine, visibleName } from "../../../lib/terminal-text.ts";
import type { LogEntry, LogLine, LogNotice, LogOrigin, NoticeTone } from "../live/log-entry.ts";
import { closed, notices, storedGap } from "../messages.ts";
import { labelOf } from "./stored-history.ts";

/** Length of the part of a container's id that names it. */
const SHORT_ID = 12;

export interface StoredPage {
  /** Oldest first. */
  lines: readonly StoredLogLine[];
  marks: readonly StoredLogEvent[];
}

export interface StoredLinesOptions {
  /** Takes so many numbers in a row and returns the first. */
  takeIds(count: number): number;
  originOf(container: string): LogOrigin | undefined;
}

/** Stored lines and marks as entries, in order of their time; a mark stands before the lines of its time. */
export function toStoredEntries(page: StoredPage, { takeIds, originOf }: StoredLinesOptions): LogEntry[] {
  const { lines, marks } = page;
  let id = takeIds(lines.length + marks.length);
  const entries: LogEntry[] = [];
  const sorted = [...marks].sort((left, right) => (left.time < right.time ? -1 : left.time > right.time ? 1 : 0));
  let next = 0;
  const marksUpTo = (time: string) => {
    while (next < sorted.length && (sorted[next] as StoredLogEvent).time <= time) {
      const mark = sorted[next++] as StoredLogEvent;
      const notice = toNotice(mark, id, originOf(labelOf({ kind: mark.source, name: mark.container })));
      if (!notice) continue;
      id++;
      entries.push(notice);
    }
  };
  for (const line of lines) {
    marksUpTo(line.time);
    entries.push(toLine(line, id++, originOf(labelOf({ kind: line.kind, name: line.container }))));
  }
  marksUpTo("9999");
  return entries;
}

function toLine(line: StoredLogLine, id: number, origin: LogOrigin | undefined): LogLine {
  return {
    kind: "line",
    id,
    at: Date.parse(line.time),
    text: cleanLine(line.text),
    stream: line.stream,
    level: line.level,
    time: line.time,
    exact: !line.approximate,
    ...(line.approximate && { approximate: true }),
    ...(line.instance !== undefined && { instance: line.instance }),
    ...(line.kind === "container" && { container: line.containerId.slice(0, SHORT_ID) }),
    storedId: line.id,
    ...(origin && { origin }),
  };
}

function toNotice(mark: StoredLogEvent, id: number, origin: LogOrigin | undefined): LogNotice | undefined {
  const [text, tone] = markText(mark);
  if (text === undefined) return undefined;
  const gap = mark.kind === "gap" && mark.reason !== "expired" && mark.reason !== "first_start";
  const at = Date.parse(mark.time);
  return { kind: "notice", id, at, text, tone, time: mark.time, ...(gap && { gap }), ...(origin && { origin }) };
}

/** An event of the log history in words; undefined for one that is not told. */
export function eventText(mark: StoredLogEvent): { text: string; tone: NoticeTone } | undefined {
  const [text, tone] = markText(mark);
  return text === undefined ? undefined : { text, tone };
}

function markText(mark: StoredLogEvent): [text: string | undefined, tone: NoticeTone] {
  switch (mark.kind) {
    case "begin":
      return [notices.beginning(visibleName(mark.container)), "neutral"];
    case "started":
      // Its first run begins where the log does.
      return mark.run > 1 ? [notices.startedAgain, "neutral"] : [undefined, "neutral"];
    case "exited":
      return [closed("exited", mark.exitCode, mark.unknownEnds), mark.exitCode ? "error" : "neutral"];
    case "replaced":
      return [notices.recreated, "neutral"];
    case "removed":
      return [notices.removed, "neutral"];
    case "gap":
      return [storedGap(mark.reason), "warning"];
    default:
      return [undefined, "neutral"];
  }
}
