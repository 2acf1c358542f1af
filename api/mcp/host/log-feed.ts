import type { McpLog } from "../../../shared/protocol/events/mcp.ts";

/** Entries and characters kept of one server for those who come later. */
const KEPT_ENTRIES = 1_000;
const KEPT_CHARACTERS = 1_000_000;
/** Longest line shown; the rest is cut and marked. */
export const LINE_MAX = 32_768;
/** Lines that come together travel as one entry; a new one is begun once it is this long. */
const GATHER_MS = 50;
const ENTRY_MAX = 32_768;
/** Values shorter than this are words such as "true" or "3000", which hiding would only make logs unreadable for. */
const HIDDEN_MIN = 8;
const MASK = "********";
/** Characters taken in that time before the source is asked to pause. */
const WINDOW_MAX = 131_072;

export interface McpLogFeed {
  /** Values that were given to the server: it may say them, and nobody is told. Short ones are no secrets. */
  hide(values: readonly string[]): void;
  /** A text without those values. */
  mask(text: string): string;
  /** Takes one line or message; false when enough has come for now and the source should pause until `onReady`. */
  add(source: McpLog["source"], level: string, text: string): boolean;
  /** Called when a paused source may go on. */
  onReady(listener: () => void): void;
  entries(): McpLog[];
  /** Sends what is gathered and ends the timer. */
  close(): void;
}

/** Gathers what a server says, keeps the last of it and sends it on at a rate no server can raise. */
export function createLogFeed(serverId: string, send: (entry: McpLog) => void): McpLogFeed {
  const kept: McpLog[] = [];
  let characters = 0;
  let gathered: McpLog[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  let dropped = 0;
  let ready = () => {};
  let hidden: string[] = [];
  const withoutHidden = (text: string) => hidden.reduce((rest, value) => rest.replaceAll(value, MASK), text);

  const keep = (entry: McpLog) => {
    kept.push(entry);
    characters += entry.data.length;
    while (kept.length > KEPT_ENTRIES || characters > KEPT_CHARACTERS) characters -= kept.shift()?.data.length ?? 0;
    send(entry);
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (dropped > 0) gathered.push(entry("notification", "warning", `${dropped} messages came too fast to be shown`));
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
      // `Bearer abc` is said as a whole or without the first word; lines of a key come one by one.
      const parts = values.flatMap((value) => [value, ...value.split(/\s+/)]);
      hidden = [...new Set(parts)]
        .filter((part) => part.length >= HIDDEN_MIN)
        .sort((one, other) => other.length - one.length);
    },
    mask: withoutHidden,
    add(source, level, said) {
      timer ??= setTimeout(flush, GATHER_MS);
      if (size >= WINDOW_MAX * 2) {
        dropped++; // only a source that does not pause gets here
        return false;
      }
      const text = withoutHidden(said);
      const line = text.length > LINE_MAX ? `${text.slice(0, LINE_MAX).toWellFormed()}… (cut)` : text;
      const last = gathered.at(-1);
      if (last && last.source === source && last.level === level && last.data.length < ENTRY_MAX)
        last.data += `\n${line}`;
      else gathered.push(entry(source, level, line));
      size += line.length + 1;
      return size < WINDOW_MAX;
    },
    onReady(listener) {
      ready = listener;
    },
    entries: () => [...kept],
    close() {
      ready = () => {};
      if (timer) flush();
    },
  };
}
