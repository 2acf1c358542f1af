import { createVirtualizer } from "@tanstack/solid-virtual";
import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { indexOf, indexOfTime } from "../live/line-order.ts";
import type { LogEntry, LogLine, Place } from "../live/log-entry.ts";
import type { LinePattern } from "../search/line-pattern.ts";
import { LogRow } from "./LogRow.tsx";
import type { TimeMode } from "./line-time.ts";

export interface LogLinesApi {
  toEnd(): void;
  toPlace(place: Place): void;
  /** Puts the first line of a time at the top; false when it is not among those loaded. */
  toTime(at: number): boolean;
  focus(): void;
}

export interface LogLinesProps {
  label: string;
  /** In their order; the array itself stays the same. */
  entries: readonly LogEntry[];
  /** Grows whenever `entries` changed. */
  version: number;
  pattern: LinePattern | undefined;
  /** The line that next and previous stand at, or that a link led to. */
  current: Place | undefined;
  times: TimeMode;
  wrap: boolean;
  origins: boolean;
  following: boolean;
  /** The end of the lines is the end of the log. */
  attached: boolean;
  onFollowingChange: (following: boolean) => void;
  /** The reader comes near one end of what is loaded. */
  onNear: (end: "older" | "newer") => void;
  /** Times of the first and last visible line; `moved` when the reader scrolled. */
  onView: (first: number, last: number, moved: boolean) => void;
  onLink: ((line: LogLine) => void) | undefined;
  api: (api: LogLinesApi) => void;
}

/** Height of a line that is not wrapped, in pixels; the style sheet says the same. */
const LINE = 20;
/** Distance from the end, in pixels, that still counts as being there. */
const END_SLACK = 12;
/** Entries left at an end when more are asked for. */
const NEAR = 60;

/** The lines of a log, of which only the visible ones are in the page; keeps its place when lines come or go above it. */
export function LogLines(props: LogLinesProps) {
  let element: HTMLDivElement | undefined;
  const [scroller, setScroller] = createSignal<HTMLDivElement | null>(null);
  const [open, setOpen] = createSignal<ReadonlySet<number>>(new Set());
  /** Every line is one row high, so none has to be measured. */
  const uniform = () => !props.wrap && open().size === 0;
  const entries = () => {
    props.version;
    return props.entries;
  };
  const entryAt = (index: number) => entries()[index];

  const virtualizer = createVirtualizer({
    get count() {
      return entries().length;
    },
    getScrollElement: scroller,
    estimateSize: () => LINE,
    get getItemKey() {
      const list = entries();
      return (index: number) => list[index]?.id ?? index;
    },
    overscan: 8,
  });

  /** The first visible line and how much of it is above the edge. */
  let anchor: { place: Place; offset: number } | undefined;
  let lastTop = 0;

  function look(moved: boolean) {
    const element = scroller();
    if (!element || props.entries.length === 0) return;
    const top = element.scrollTop;
    const first = virtualizer.getVirtualItemForOffset(top);
    const last = virtualizer.getVirtualItemForOffset(top + element.clientHeight);
    const entry = first && props.entries[first.index];
    if (!first || !entry) return;
    anchor = { place: { at: entry.at, id: entry.id }, offset: top - first.start };
    props.onView(entry.at, props.entries[last?.index ?? first.index]?.at ?? entry.at, moved);
    if (first.index < NEAR) props.onNear("older");
    if (!props.attached && (last?.index ?? 0) > props.entries.length - NEAR) props.onNear("newer");
  }

  function setTop(top: number) {
    const element = scroller();
    if (!element) return;
    if (Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top;
    lastTop = element.scrollTop;
  }
  const toEnd = () => setTop(scroller()?.scrollHeight ?? 0);
  const startOf = (index: number) => virtualizer.getOffsetForIndex(index, "start")?.[0];

  /** Lines came or went above: what is being read stays where it is. */
  function restore() {
    if (!anchor) return;
    const index = indexOf(entries(), anchor.place);
    const start = startOf(index);
    if (start !== undefined) setTop(start + (entryAt(index)?.id === anchor.place.id ? anchor.offset : 0));
  }

  createEffect(
    on([() => props.version, () => virtualizer.getTotalSize(), () => props.following, scroller], () => {
      queueMicrotask(() => {
        if (props.following) toEnd();
        else restore();
        look(false);
      });
    }),
  );
  createEffect(
    on(
      uniform,
      (is) => {
        if (is) virtualizer.measure();
        queueMicrotask(() => (props.following ? toEnd() : restore()));
      },
      { defer: true },
    ),
  );

  function toIndex(index: number, align: "start" | "center") {
    virtualizer.scrollToIndex(index, { align });
    // Going to a line is no wish to follow, even where that line is near the end.
    lastTop = scroller()?.scrollTop ?? 0;
    const entry = props.entries[index];
    if (entry) anchor = { place: { at: entry.at, id: entry.id }, offset: lastTop - (startOf(index) ?? lastTop) };
    look(false);
  }
  props.api({
    toEnd,
    toPlace: (place) => toIndex(indexOf(props.entries, place), "center"),
    toTime(at) {
      const index = indexOfTime(props.entries, at);
      if ((index === 0 && at < (props.entries[0]?.at ?? at)) || index === props.entries.length) return false;
      toIndex(index, "start");
      return true;
    },
    focus: () => element?.focus({ preventScroll: true }),
  });

  onMount(() => {
    const host = element;
    if (!host) return;
    // The virtualizer measures through the element's window, and an element has none before it is in the page.
    let frame = 0;
    const attach = () => {
      if (host.isConnected) setScroller(host);
      else frame = requestAnimationFrame(attach);
    };
    attach();
    const rest = () => host.scrollHeight - host.scrollTop - host.clientHeight;
    const onScroll = () => {
      const top = host.scrollTop;
      const moved = top !== lastTop;
      // Only moving up is the reader's will: the log growing below them is not.
      if (top < lastTop && rest() > END_SLACK) props.onFollowingChange(false);
      else if (top > lastTop && rest() <= END_SLACK && props.attached) props.onFollowingChange(true);
      lastTop = top;
      look(moved);
    };
    // At thousands of lines a second the end runs away before a scroll event tells of the reader.
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && host.scrollHeight > host.clientHeight) props.onFollowingChange(false);
    };
    host.addEventListener("scroll", onScroll, { passive: true });
    host.addEventListener("wheel", onWheel, { passive: true });
    const resized = new ResizeObserver(() => (props.following ? toEnd() : look(false)));
    resized.observe(host);
    onCleanup(() => {
      cancelAnimationFrame(frame);
      host.removeEventListener("scroll", onScroll);
      host.removeEventListener("wheel", onWheel);
      resized.disconnect();
    });
  });

  const toggle = (id: number) => {
    props.onFollowingChange(false);
    setOpen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };

  return (
    <div
      ref={element}
      class="log-lines"
      classList={{ "log-wrap": props.wrap, "log-uniform": uniform() }}
      role="log"
      aria-label={props.label}
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
    >
      <div class="log-space" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <For each={virtualizer.getVirtualItems()}>
          {(item) => (
            <div
              class="log-item"
              data-index={item.index}
              ref={(element) => {
                createEffect(() => {
                  if (!uniform()) queueMicrotask(() => element.isConnected && virtualizer.measureElement(element));
                });
              }}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Show when={entryAt(item.index)}>
                {(entry) => (
                  <LogRow
                    entry={entry()}
                    pattern={props.pattern}
                    current={props.current?.id === entry().id}
                    times={props.times}
                    origins={props.origins}
                    open={open().has(entry().id)}
                    onToggle={toggle}
                    onLink={props.onLink}
                  />
                )}
              </Show>
            </div>
          )}
        </For>
      </div>
    </div>
  );
}
