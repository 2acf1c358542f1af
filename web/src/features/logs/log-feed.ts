import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import type { Gap, StreamState } from "../../../../shared/protocol/events/services.ts";
import { createFrameQueue } from "./frame-queue.ts";
import { createLogBuffer } from "./log-buffer.ts";
import { closedText, gapText, type LogBatch, type LogEntry, type NoticeTone } from "./log-entry.ts";
import { everything, type LogFilter } from "./log-filter.ts";
import { createLogView } from "./log-view.ts";

/** What a source of lines tells; services and deployments each adapt their socket to it. */
export interface LogHandlers {
  onLogs(batch: LogBatch): void;
  onGap(gap: Pick<Gap, "reason">): void;
  onClosed(closed: { code: string; exitCode?: number }): void;
  onState(state: StreamState["state"]): void;
  onError(error: { message: string }): void;
}

/** Opens a source and returns how to close it. */
export type OpenLog = (handlers: LogHandlers) => () => void;

export type LogStatus = "live" | "reattaching" | "closed" | "failed";

type Item = { batch: LogBatch } | { notice: string; tone: NoticeTone };

/** Characters that may wait for a frame, and that one frame takes. */
const WAITING_MAX = 32_000_000;
const FRAME_MAX = 1_000_000;

export interface LogFeedOptions {
  maxEntries?: number;
  schedule?: (run: () => void, delay: number) => () => void;
}

/** Follows the log `source` names: keeps a bounded part of it, filtered and searched, and starts anew when it changes. */
export function createLogFeed(source: Accessor<OpenLog | undefined>, options: LogFeedOptions = {}) {
  const buffer = createLogBuffer({ maxEntries: options.maxEntries });
  const view = createLogView(buffer);
  const [version, setVersion] = createSignal(0);
  const changed = () => setVersion((value) => value + 1);
  const [status, setStatus] = createSignal<LogStatus>("live");
  const [message, setMessage] = createSignal("");
  const [filter, setFilter] = createSignal<LogFilter>(everything);
  const [search, setSearch] = createSignal("");

  function add(items: readonly Item[]) {
    let batches: LogBatch[] = [];
    const flushBatches = () => {
      if (batches.length > 0) view.update(buffer.append(batches));
      batches = [];
    };
    for (const item of items) {
      if ("batch" in item) {
        batches.push(item.batch);
        continue;
      }
      flushBatches();
      view.update(buffer.notice(item.notice, item.tone, new Date().toISOString()));
    }
    flushBatches();
    changed();
  }

  let lost = false;
  const queue = createFrameQueue<Item>({
    flush(items) {
      add(lost ? [{ notice: gapText("slow_reader"), tone: "warning" }, ...items] : items);
      lost = false;
    },
    weigh: (item) => ("batch" in item ? item.batch.data.length : 1),
    maxWeight: WAITING_MAX,
    maxFlushWeight: FRAME_MAX,
    drop: () => {
      lost = true;
    },
    ...(options.schedule && { schedule: options.schedule }),
  });
  const notice = (text: string, tone: NoticeTone) => queue.push({ notice: text, tone });

  function clear() {
    buffer.clear();
    view.clear();
    changed();
  }

  createEffect(
    on(source, (open) => {
      queue.dispose();
      clear();
      setStatus("live");
      setMessage("");
      if (!open) return;
      const close = open({
        onLogs(batch) {
          setStatus("live");
          queue.push({ batch });
        },
        onGap: ({ reason }) => notice(gapText(reason), "warning"),
        onClosed({ code, exitCode }) {
          const text = closedText(code, exitCode);
          setStatus("closed");
          setMessage(text);
          notice(text, code === "exited" && !exitCode ? "neutral" : "error");
        },
        onState(state) {
          if (state === "restarted") notice("Restarted: a new run begins here", "neutral");
          if (state === "reattaching" && status() !== "reattaching")
            notice("The source went away, reattaching", "warning");
          setStatus(state === "reattaching" ? "reattaching" : "live");
        },
        onError({ message: text }) {
          setStatus("failed");
          setMessage(text);
        },
      });
      onCleanup(() => {
        close();
        queue.dispose();
      });
    }),
  );

  return {
    /** Shown entries, oldest first. */
    shown: (): readonly LogEntry[] => {
      version();
      return view.shown;
    },
    /** Ids of the shown lines that match the search. */
    matches: (): readonly number[] => {
      version();
      return view.matches;
    },
    /** Entries kept, shown or not. */
    total: () => {
      version();
      return buffer.entries.length;
    },
    /** Grows whenever `shown` or `matches` changed. */
    version,
    status,
    /** Why the stream is closed or failed. */
    message,
    filter,
    setFilter(next: LogFilter) {
      setFilter(next);
      view.setFilter(next);
      changed();
    },
    search,
    setSearch(text: string) {
      setSearch(text);
      view.setSearch(text);
      changed();
    },
    clear,
  };
}

export type LogFeed = ReturnType<typeof createLogFeed>;
