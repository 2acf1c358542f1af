import type { McpLog } from "../../../../../shared/protocol/events/mcp.ts";
import type { StoredLogLine } from "../../../../../shared/protocol/log-search.ts";
import type { LogParameters } from "../../../lib/api/logs.ts";

export interface RecentLogDeps {
  /** What the API has in memory: since its own start. */
  inMemory(): Promise<McpLog[]>;
  stored(query: LogParameters): Promise<{ lines: StoredLogLine[] }>;
}

/** Stored lines that are shown before the live ones. */
const MAX_STORED = 500;

/**
 * The latest output of a server, oldest first. What is older than the panel's own start comes from the log history, if
 * logs are stored.
 */
export async function recentLog(serverId: string, { inMemory, stored }: RecentLogDeps): Promise<McpLog[]> {
  const recent = await inMemory();
  const [first] = recent;
  const until: LogParameters = first ? [["until", new Date(Date.parse(first.timestamp) - 1).toISOString()]] : [];
  const older = await stored([["mcp", serverId], ["limit", String(MAX_STORED)], ...until]).catch(() => ({ lines: [] }));
  return [...older.lines.toReversed().map((line) => toEntry(serverId, line)), ...recent];
}

/** Messages of the protocol are stored with their level in front, and not as output to stderr. */
function toEntry(serverId: string, { stream, text, time }: StoredLogLine): McpLog {
  const timestamp = new Date(time).toISOString();
  const [, level = "info", data = text] = /^\[([A-Z]+)\] (.*)$/s.exec(text) ?? [];
  return stream === "stderr"
    ? { serverId, source: "stderr", level: "info", data: text, timestamp }
    : { serverId, source: "notification", level: level.toLowerCase(), data, timestamp };
}
