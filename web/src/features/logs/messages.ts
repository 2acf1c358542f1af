import type { GapReason, StreamClosedCode } from "../../../../shared/protocol/events/services.ts";
import type { LogGapReason } from "../../../../shared/protocol/log-search.ts";
import { formatCount } from "../../lib/format.ts";

/** The texts of the log views; choices of level, time and range are beside their values. Names and lines are passed in cleaned (`visibleName`, `cleanLine`). */

const plural = (count: number, one: string, many: string) => `${formatCount(count)} ${count === 1 ? one : many}`;

/**
 * Notices between the lines. The live stream and the log history tell of the same change: equal texts are shown once.
 */
export const notices = {
  started: "Started",
  startedAgain: "Started again",
  recreated: "Recreated",
  removed: "Removed",
  reattaching: "The source is unavailable, reconnecting",
  beginning: (container: string) => `Nothing older is stored for ${container}`,
};

const missing = (reason: string) => `Lines missing: ${reason}`;
const damaged = "the log is damaged here and cannot be read";

const liveGaps: Record<Exclude<GapReason, "replaced">, string> = {
  slow_reader: "this browser could not keep up",
  rotated: "the log was rotated",
  truncated: "the log was truncated",
  expired: "they are older than what the source still holds",
  source_lost: "the source was lost",
  unreadable: damaged,
};

/** Why lines are missing in a stream, for a reason of the list or one that a newer server knows. */
export const liveGap = (reason: string): string =>
  reason === "replaced" ? notices.recreated : missing((liveGaps as Record<string, string>)[reason] ?? reason);

const storedGaps: Record<LogGapReason, string> = {
  rotated: "the log was rotated before they were stored",
  truncated: "the log was truncated",
  expired: "they are older than what is stored",
  first_start: "they are older than what was read at the first start",
  source_lost: "their source was away or removed before they were read",
  unreadable: damaged,
};

/** Why lines are missing in the log history. */
export const storedGap = (reason: LogGapReason = "source_lost"): string => missing(storedGaps[reason] ?? reason);

/** Why a stream stands still. */
export function closed(code: StreamClosedCode | string, exitCode?: number, unknownEnds?: number): string {
  switch (code) {
    case "exited":
      if (exitCode !== undefined) return `Exited with code ${exitCode}`;
      if (unknownEnds === undefined) return "Stopped";
      return unknownEnds > 1 ? `Exited ${unknownEnds} times, exit codes unknown` : "Exited, exit code unknown";
    case "created":
      return "Created, not started";
    case "failed":
      return "Failed";
    case "removed":
      return notices.removed;
    case "replaced":
      return "Replaced: another container has this name now";
    case "unavailable":
      return "The log is not available right now";
    case "unsupported":
      return "This log cannot be read";
    default:
      return `The stream ended (${code})`;
  }
}

export const status = {
  past: "Not live",
  live: "Live",
  connecting: "Connecting",
  silent: "Not answering",
  reconnecting: "Reconnecting",
  reattaching: "Reattaching",
  failed: "Not available",
};

/** Instead of lines. */
export const empty = {
  failed: "The log cannot be shown",
  notRead: "The log could not be read yet",
  notReadText: "It is shown as soon as the server responds.",
  nothing: "Nothing logged yet",
  nothingText: "New lines appear here as they are written.",
  noMatch: "No matching lines",
  noMatchText: (hidden: number) =>
    hidden > 0
      ? `${plural(hidden, "recent line is", "recent lines are")} hidden by the search, level, stream or time range.`
      : "No stored line matches the search, level, stream and time range.",
  reading: "Reading the log…",
  loading: "Loading…",
  searching: (time: string) => `Searching, now at ${time}`,
};

export const search = {
  label: "Search the log",
  placeholder: (regex: boolean) => (regex ? "Search (/): regular expression" : "Search the log (/)"),
  regex: "Regular expression (RE2)",
  only: "Hide lines that don't match",
  countTitle: "Among the loaded lines; Previous continues with older ones",
  looking: "Searching…",
  none: "No match",
  matches: (count: number) => plural(count, "match", "matches"),
  position: (position: number, count: number) => `${formatCount(position)} of ${formatCount(count)}`,
  previous: "Previous match",
  next: "Next match",
};

export const toolbar = {
  level: "Level",
  stream: "Stream",
  allOutput: "All output",
  times: "Times",
  pause: "Pause",
  follow: "Follow",
  wrap: "Wrap lines",
  copy: "Copy what is shown",
  download: "Download what is shown",
  downloadMatching: "Download all matching lines",
  clear: "Clear view",
  keys: "Keyboard shortcuts",
  more: "More tools",
  histogram: "Lines over time",
  newLines: (count: number) => plural(count, "new line", "new lines"),
  toLive: "Jump to live",
  backToLive: "Back to live",
  toRangeEnd: "End of the time range",
};

export const histogram = {
  label: (total: number) =>
    `${plural(total, "line", "lines")} over time: arrow keys move the line, with Shift they select a period, Enter shows it`,
  none: "No lines",
  counts: (lines: number, errors: number, warnings: number) =>
    [
      plural(lines, "line", "lines"),
      ...(errors > 0 ? [plural(errors, "error", "errors")] : []),
      ...(warnings > 0 ? [plural(warnings, "warning", "warnings")] : []),
    ].join(", "),
  peak: (lines: number, isLogarithmic: boolean) =>
    `Highest: ${plural(lines, "line", "lines")}${isLogarithmic ? ", logarithmic scale" : ""}`,
  moreMarks: (count: number) => `${count} more`,
};

export const charts = {
  show: "CPU and memory",
  cpu: "CPU",
  memory: "Memory",
  none: "No metrics are stored for this period",
};

export const links = {
  notYetStored: "This line is not stored yet. Try again in a moment.",
  notStored: "Logs are not stored on this server, so a line has no link.",
  copied: "Link to the line copied",
  copyBlocked: "The browser did not allow copying.",
  gone: "This line is no longer stored.",
  leftOut: "The line of this link is left out by the filter, the time range or the choice of logs.",
};

export const storage = {
  roughTimes: "PM2 notes no times by default: lines that name no time are marked ≤, by when they were read.",
  none: "Logs are not stored on this server. Only lines that Docker or PM2's files still hold can be shown.",
  unknown: "The server does not respond. Earlier lines cannot be read now.",
  paused: (reason: string) => `No new lines are being stored: ${reason}`,
};

/** @param most logs that one view follows */
export const unfollowed = (count: number, most: number) =>
  `${plural(count, "more log is", "more logs are")} not followed live: one view follows ${most}. Their stored lines are found by a search.`;

export const page = {
  title: "Logs",
  /** Title of the browser's tab; undefined when all logs are shown. */
  browserTitle: (names: readonly string[]): string | undefined =>
    names.length === 0
      ? undefined
      : `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""} · Logs`,
  all: "All logs",
  chosen: "Selected logs",
  leaveOut: (name: string) => `Remove ${name}`,
  choose: "Choose logs",
  sideBySide: "Side by side",
  openInLogs: "Open in Logs",
  openLog: "Open log",
  merge: "Merge logs",
  beside: "Beside",
  besideOf: (name: string) => `Open log of ${name} beside`,
  openBeside: "Open another log beside",
  tooMany: (max: number) => `Logs: ${max} at most`,
  shownLog: "Log to show",
};

export const picker = {
  title: "Choose logs",
  none: "No selection: all logs are shown",
  chosen: (count: number) => `${count} selected`,
  showAll: "Show all",
  filter: "Filter logs",
  nothing: "Nothing matches",
  processes: "PM2 processes",
  otherContainers: "Other containers",
  full: (max: number) => `, one view shows ${max} at most`,
  done: "Done",
  removed: "Removed",
  running: "Running",
  notRunning: "Not running",
  lines: (count: number) => `${formatCount(count)} ${count === 1 ? "line" : "lines"}`,
  removedGroup: "Removed, lines are stored",
};

/** Headings, field labels and buttons. */
export const logLabels = {
  timeRange: "Time range",
  from: "From",
  fromHint: "Leave empty to start at the beginning.",
  until: "Until",
  untilHint: "Leave empty to include new lines.",
  anyTime: "Any time",
  fromUntil: "From … until …",
  cancel: "Cancel",
  show: "Show",
} as const;
