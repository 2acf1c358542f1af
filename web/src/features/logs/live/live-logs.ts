import type { Gap, StreamState } from "../../../../../shared/protocol/events/services.ts";
import { serverNow } from "../../../lib/server-time.ts";
import { closed, liveGap, notices, status as statusText } from "../messages.ts";
import { createFrameQueue } from "./frame-queue.ts";
import { compare } from "./line-order.ts";
import {
  createLineState,
  type LineState,
  type LogBatch,
  type LogEntry,
  type LogOrigin,
  type NoticeTone,
  toLines,
} from "./log-entry.ts";

/** Callbacks of a log source; services and deployments adapt their sockets to it. */
export interface LogHandlers {
  onLogs(batch: LogBatch): void;
  onGap(gap: Pick<Gap, "reason">): void;
  /** `code` is one of the wire, `failed`, or `created`: it never ran. */
  onClosed(closed: { code: string; exitCode?: number; unknownEnds?: number; endedAt?: string }): void;
  /** @param startedAt For `restarted`: start of the run, ISO 8601, if the source reports it. */
  onState(state: StreamState["state"], startedAt?: string): void;
  onError(error: { message: string; code?: string }): void;
}

/** Opens a source and returns how to close it. */
export type OpenLog = (handlers: LogHandlers) => () => void;

/** One log that is followed. */
export interface LiveSource {
  /** Tells it from the other ones; the same key is the same log. */
  key: string;
  open: OpenLog;
  /** Lines have the times that they name themselves: they do not come in order. */
  ownTimes?: boolean;
  /** Where several logs are shown together. */
  origin?: LogOrigin;
}

export type LogStatus = "live" | "reattaching" | "closed" | "failed";

export interface SourceState {
  status: LogStatus;
  /** Why it is closed or failed. */
  message: string;
  /** Whether the source has delivered anything: lines, or why there are none. */
  heard: boolean;
  /**
   * `at` of the first line it gave, where older ones may not have been given: not for a log that begins after all that
   * was shown when it was opened.
   */
  firstAt: number | undefined;
}

type Item = { source: Held; batch: LogBatch } | { source: Held; notice: Notice };

interface Notice {
  text: string;
  tone: NoticeTone;
  gap?: boolean | undefined;
  /** Time of the event, ISO 8601: from the source, or else of its arrival; null for a state that was found. */
  time?: string | null | undefined;
}

interface Held extends SourceState {
  lines: LineState;
  /** The newest `at` when it was opened; undefined before the first line of all. */
  newestBefore: number | undefined;
  begun: boolean;
  told: boolean;
  openedAt: number;
  close(): void;
}

/** Characters that may wait for a frame, and that one frame takes. */
const WAITING_MAX = 32_000_000;
const FRAME_MAX = 1_000_000;

/** The streams of one Engine are less than this apart, in milliseconds. */
const APART_MS = 1_000;
/** First lines that come later than this, in milliseconds, are new ones and no tail of older ones. */
const TAIL_MS = 3_000;

export interface LiveLogsOptions {
  takeIds(count: number): number;
  /** Entries in order of time, once a frame. */
  take(entries: LogEntry[]): void;
  /** The state of a source is another one. */
  changed(): void;
  schedule?: ((run: () => void, delay: number) => () => void) | undefined;
}

interface SourceOptions {
  newestBefore: number | undefined;
  takeId(): number;
  push(item: Item): void;
  changed(): void;
}

/** Opens one log. Its lines and events become items in the order of their arrival, and its state is tracked. */
function openSource(
  { open, origin, ownTimes }: LiveSource,
  { newestBefore, takeId, push, changed }: SourceOptions,
): Held {
  const held: Held = {
    status: "live",
    message: "",
    heard: false,
    firstAt: undefined,
    begun: false,
    told: false,
    openedAt: performance.now(),
    newestBefore,
    lines: createLineState(takeId, origin, ownTimes),
    close() {},
  };
  const set = (status: LogStatus, message = "") => {
    if (held.told && held.status === status && held.message === message) return;
    Object.assign(held, { status, message, told: true });
    if (status === "failed") held.heard = true;
    changed();
  };
  const notice = (text: string, tone: NoticeTone, time?: string | null, gap?: boolean) =>
    push({ source: held, notice: { text, tone, time, gap } });
  held.close = open({
    onLogs(batch) {
      set("live");
      push({ source: held, batch });
    },
    onGap({ reason }) {
      const isGap = reason !== "replaced";
      notice(liveGap(reason), isGap ? "warning" : "neutral", undefined, isGap && reason !== "expired");
    },
    onClosed({ code, exitCode, unknownEnds, endedAt }) {
      const text = closed(code, exitCode, unknownEnds);
      // What comes on opening happened before: only later changes happen now.
      const isFound = !held.told || performance.now() - held.openedAt < TAIL_MS;
      const isNeutral = code === "created" || (code === "exited" && !exitCode);
      set("closed", text);
      notice(text, isNeutral ? "neutral" : "error", endedAt ?? (isFound || code === "created" ? null : undefined));
    },
    onState(state, startedAt) {
      if (state === "restarted") {
        const isFirst = held.status === "closed" && held.message === closed("created");
        notice(isFirst ? notices.started : notices.startedAgain, "neutral", startedAt);
      }
      if (state === "reattaching" && held.status !== "reattaching") notice(notices.reattaching, "warning");
      set(state === "reattaching" ? "reattaching" : "live");
    },
    onError({ message, code }) {
      set("failed", message);
      // Lines may come all the same: what is missing stays to be read between them.
      if (code === "not_supported") notice(message, "warning");
    },
  });
  return held;
}

export type LiveLogs = ReturnType<typeof createLiveLogs>;

/** Follows any number of logs and hands on what they tell, gathered once a frame. */
export function createLiveLogs({ takeIds, take, changed, schedule }: LiveLogsOptions) {
  const sources = new Map<string, Held>();
  let newestAt = Number.NEGATIVE_INFINITY;

  /**
   * A notice stands after the last line of its source, at its time; where that is not known, that of a quiet source
   * stands among the newest lines of the others.
   */
  function toNotice({ lines }: Held, notice: Notice): LogEntry {
    const { text, tone, gap } = notice;
    const now = new Date(serverNow()).toISOString();
    const time = notice.time === null ? undefined : (notice.time ?? now);
    // What follows continues no line from before.
    lines.lastLevels.clear();
    const place = Math.max(lines.lastAt, notice.time ? Date.parse(notice.time) : newestAt - APART_MS);
    const at = Number.isFinite(place) ? place : Date.parse(now);
    // A place among the lines of other sources is a guess: it moves no later line of this one.
    if (notice.time || !Number.isFinite(place)) lines.lastAt = at;
    const { origin } = lines;
    return {
      kind: "notice",
      id: takeIds(1),
      at,
      text,
      tone,
      ...(time !== undefined && { time }),
      ...(gap && { gap }),
      ...(origin && { origin }),
    };
  }

  function begin(held: Held, at: number | undefined) {
    if (held.begun || at === undefined) return;
    held.begun = true;
    const isTail = performance.now() - held.openedAt < TAIL_MS;
    if (isTail && (held.newestBefore === undefined || at <= held.newestBefore)) held.firstAt = at;
  }

  let lost = false;
  const queue = createFrameQueue<Item>({
    flush(items) {
      const entries: LogEntry[] = [];
      const [first] = items;
      if (lost && first)
        entries.push(toNotice(first.source, { text: liveGap("slow_reader"), tone: "warning", gap: true }));
      lost = false;
      let isSorted = entries.length === 0;
      for (const item of items) {
        isSorted &&= item.source === first?.source && "batch" in item;
        item.source.heard = true;
        if ("notice" in item) entries.push(toNotice(item.source, item.notice));
        else {
          const lines = toLines(item.batch, item.source.lines);
          for (const line of lines) entries.push(line);
          isSorted &&= !item.source.lines.hasOwnTimes;
          begin(item.source, lines[0]?.at);
        }
        newestAt = Math.max(newestAt, item.source.lines.lastAt);
      }
      take(isSorted ? entries : entries.sort(compare));
    },
    weigh: (item) => ("batch" in item ? item.batch.data.length : 1),
    maxWeight: WAITING_MAX,
    maxFlushWeight: FRAME_MAX,
    drop: () => {
      lost = true;
    },
    ...(schedule && { schedule }),
  });

  const open = (source: LiveSource) =>
    openSource(source, {
      newestBefore: Number.isFinite(newestAt) ? newestAt : undefined,
      takeId: () => takeIds(1),
      push: (item) => queue.push(item),
      changed,
    });

  return {
    /** Follows these from now on; those it followed before continue. */
    follow(wanted: readonly LiveSource[]): void {
      const keys = new Set(wanted.map(({ key }) => key));
      for (const [key, held] of sources) {
        if (keys.has(key)) continue;
        sources.delete(key);
        held.close();
      }
      for (const source of wanted) if (!sources.has(source.key)) sources.set(source.key, open(source));
      changed();
    },
    states: (): readonly SourceState[] => [...sources.values()],
    close() {
      for (const held of sources.values()) held.close();
      sources.clear();
      queue.dispose();
    },
  };
}

const gravity: readonly LogStatus[] = ["reattaching", "live", "closed", "failed"];

/** One source speaks for itself; of several, one that is live makes the whole live. */
export function worstOf(states: readonly { status: LogStatus; message: string }[]): {
  status: LogStatus;
  message: string;
} {
  for (const status of gravity) {
    const found = states.find((state) => state.status === status);
    if (found) return found;
  }
  return { status: "closed", message: statusText.past };
}
