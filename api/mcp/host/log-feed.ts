import type { McpLog } from "../../../shared/protocol/events/mcp.ts";

/** Stored entries and characters per server. */
const MAX_ENTRIES = 1_000;
const MAX_CHARACTERS = 1_000_000;
/** Characters of a line; the rest is cut and marked. */
export const MAX_LINE = 32_768;
/** Lines within this time are sent as one entry; at this length a new entry starts. */
const GATHER_MS = 50;
const MAX_ENTRY = 32_768;
/** Shorter values, such as "true" or "3000", are not masked: it would make logs unreadable. */
const MIN_HIDDEN = 8;
const MASK = "********";
/** Characters accepted in that time before the source has to pause. */
const MAX_WINDOW = 131_072;

export interface McpLogFeed {
  /** Sets the values that are masked in the log. Short values are not secrets. */
  hide(values: readonly string[]): void;
  /** Masks these values in a text. */
  mask(text: string): string;
  /** Adds one line or message. Returns false when the source must pause until `onReady`. */
  add(source: McpLog["source"], level: string, text: string): boolean;
  /** Sets the listener that is called when a paused source may continue. */
  onReady(listener: () => void): void;
  entries(): McpLog[];
  /** Sends the collected lines and stops. */
  close(): void;
}

/** Collects the output of a server, keeps the latest part, and forwards it at a bounded rate. */
export function createLogFeed(serverId: string, send: (entry: McpLog) => void): McpLogFeed {
  const entries: McpLog[] = [];
  let characters = 0;
  let gathered: McpLog[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  let dropped = 0;
  let ready = () => {};
  let hidden: string[] = [];
  const withoutHidden = (text: string) => hidden.reduce((rest, value) => rest.replaceAll(value, MASK), text);

  const keep = (entry: McpLog) => {
    entries.push(entry);
    characters += entry.data.length;
    while (entries.length > MAX_ENTRIES || characters > MAX_CHARACTERS) characters -= entries.shift()?.data.length ?? 0;
    send(entry);
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (dropped > 0)
      gathered.push(entry("notification", "warning", `${dropped} messages were dropped because they came too fast`));
    const batch = gathered;
    gathered = [];
    size = 0;
    dropped = 0;
    for (const one of batch) keep(one);
    ready();
  };

  const entry = (source: McpLog["source"], level: string, data: string): McpLog => ({
    serverId,
    source,
    level,
    data,
    timestamp: new Date().toISOString(),
  });

  return {
    hide(values) {
      // `Bearer abc` is printed in full or without its first word; lines of a key are printed one by one.
      const parts = values.flatMap((value) => [value, ...value.split(/\s+/)]);
      hidden = [...new Set(parts)].filter((part) => part.length >= MIN_HIDDEN).sort((a, b) => b.length - a.length);
    },
    mask: withoutHidden,
    add(source, level, output) {
      timer ??= setTimeout(flush, GATHER_MS);
      if (size >= MAX_WINDOW * 2) {
        dropped++; // only a source that does not pause gets here
        return false;
      }
      const text = withoutHidden(output);
      const line = text.length > MAX_LINE ? `${text.slice(0, MAX_LINE).toWellFormed()}… (cut)` : text;
      const last = gathered.at(-1);
      if (last && last.source === source && last.level === level && last.data.length < MAX_ENTRY)
        last.data += `\n${line}`;
      else gathered.push(entry(source, level, line));
      size += line.length + 1;
      return size < MAX_WINDOW;
    },
    onReady(listener) {
      ready = listener;
    },
    entries: () => [...entries],
    close() {
      ready = () => {};
      if (timer) flush();
    },
  };
}
