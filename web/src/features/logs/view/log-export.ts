import { plainText } from "../../../lib/terminal-text.ts";
import type { LogEntry } from "../live/log-entry.ts";

/** The shown entries as plain text, one a line, with their times when those are shown. */
export function toPlainLog(entries: readonly LogEntry[], withTimes: boolean): string {
  const lines = entries.map((entry) => {
    const text = entry.kind === "line" ? plainText(entry.text) : `--- ${entry.text} ---`;
    return withTimes && entry.time !== undefined ? `${entry.time} ${text}` : text;
  });
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** A file name for a saved log: letters every file system takes, and the time. */
export function logFileName(name: string, now: Date): string {
  const safe = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "log";
  return `${safe.slice(0, 100)}-${now.toISOString().slice(0, 19).replace(/:/g, "-")}.log`;
}
