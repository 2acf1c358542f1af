import { createRoot, createSignal } from "solid-js";
import type { LogSearchAnswer } from "../../../../../shared/protocol/log-search.ts";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import { type LogQuery, noQuery } from "../search/log-query.ts";
import type { LogHistory } from "../stored/log-history.ts";
import type { LiveSource, LogHandlers, OpenLog } from "./live-logs.ts";
import { createLogFeed, type LogFeed, type LogFeedOptions } from "./log-feed.ts";

/** Frames that pass when the test says so. */
export function manualFrames() {
  let waiting: (() => void)[] = [];
  return {
    schedule: (run: () => void) => {
      waiting.push(run);
      return () => {
        waiting = waiting.filter((other) => other !== run);
      };
    },
    pass() {
      const now = waiting;
      waiting = [];
      for (const run of now) run();
      return now.length;
    },
  };
}

export function source() {
  const state = { open: 0, handlers: undefined as LogHandlers | undefined };
  const open: OpenLog = (handlers) => {
    state.open++;
    state.handlers = handlers;
    return () => {
      state.open--;
    };
  };
  return { state, open };
}

export const EPOCH = Date.parse("2026-11-23T16:00:00.000Z");
export const iso = (ms: number) => new Date(EPOCH + ms).toISOString();
export const nano = (ms: number) => `${iso(ms).slice(0, 23)}000000Z`;
export const batch = (data: string, ms = 0) => ({ data, timestamp: iso(ms), ages: [] });

export interface Stored {
  ms: number;
  text: string;
  container?: string;
  error?: boolean;
}

/** The log history as the server answers them, of lines that are held here. */
export function storedLogs(lines: Stored[], options: { lagging?: () => boolean } = {}) {
  const sorted = () =>
    lines.map((line, index) => ({ ...line, index })).sort((a, b) => a.ms - b.ms || a.index - b.index);
  const asked: string[] = [];
  const history: LogHistory = {
    async search(query, { order, limit, before, after }) {
      asked.push(JSON.stringify({ order, before, after, ...query }));
      const all = sorted();
      const found = all.filter(({ ms, text, error }, at) => {
        const time = EPOCH + ms;
        if (query.since !== undefined && time < Date.parse(query.since)) return false;
        if (query.until !== undefined && time > Date.parse(query.until)) return false;
        if (query.stream !== undefined && (error ? "stderr" : "stdout") !== query.stream) return false;
        if (query.text !== undefined && !text.includes(query.text)) return false;
        return (before === undefined || at < Number(before)) && (after === undefined || at >= Number(after));
      });
      const page = order === "desc" ? found.slice(-limit) : found.slice(0, limit);
      const first = page[0] ? all.indexOf(page[0]) : 0;
      const last = page.at(-1);
      const answer: LogSearchAnswer = {
        lines: page.map(({ ms, text, container = "box", error, index }) => ({
          id: `l-${index}-0`,
          kind: "container",
          container,
          containerId: "0".repeat(64),
          time: nano(ms),
          stream: error ? "stderr" : "stdout",
          level: "unknown",
          text,
          run: 1,
        })),
        marks: [],
        older: page.length > 0 && found[0] !== page[0] ? String(first) : null,
        newer: last ? String(all.indexOf(last) + 1) : null,
        complete: true,
        scanned: 0,
        reached: null,
      };
      if (order === "desc") answer.lines.reverse();
      return answer;
    },
    placeOf: async (id) => {
      const index = Number(id.split("-")[1]);
      const at = sorted().findIndex((line) => line.index === index);
      const line = lines[index];
      return line && { time: nano(line.ms), before: String(at), from: String(at), after: String(at + 1) };
    },
    reaches: async () => !options.lagging?.(),
  };
  return { history, asked };
}

export function start(options: Partial<LogFeedOptions> = {}) {
  const frames = manualFrames();
  const first = source();
  const [sources, setSources] = createSignal<readonly LiveSource[]>([{ key: "first", open: first.open }]);
  const [query, setQuery] = createSignal<LogQuery>(noQuery);
  const { feed, dispose } = createRoot((end) => ({
    feed: createLogFeed({ sources, query, schedule: frames.schedule, ...options }),
    dispose: end,
  }));
  const texts = () => feed.shown().map((entry) => entry.text);
  return { frames, first, setSources, setQuery, feed, dispose, texts };
}

/** Reads all that is older, beside what the feed reads by itself. */
export async function readAll(feed: LogFeed): Promise<void> {
  for (;;) {
    await eventually(() => feed.older() !== "reading");
    if (feed.older() !== "more") return;
    await feed.loadOlder();
  }
}

export const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index));
