import { createVirtualizer } from "@tanstack/solid-virtual";
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import { indexOf, indexOfTime } from "../live/line-order.ts";
import type { LogEntry, Place } from "../live/log-entry.ts";
import type { LogLinesApi, LogLinesProps } from "./log-lines.ts";

/** Height of a line that is not wrapped, in pixels; the style sheet says the same. */
const LINE = 20;
/** Distance from the end, in pixels, that still counts as being there. */
const END_SLACK = 12;
/** More entries are requested when this many are left before an end. */
const NEAR = 60;

/**
 * Scrolls lines of which only the visible ones are in the page: stays at the end while it is followed, and else keeps
 * what is being read in its place when lines come or go above it.
 * @param uniform every line is one row high, so none has to be measured
 */
export function createLineScroller(
  props: LogLinesProps,
  entries: Accessor<readonly LogEntry[]>,
  uniform: Accessor<boolean>,
) {
  const [scroller, setScroller] = createSignal<HTMLElement | null>(null);
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
  const anchorAt = (entry: LogEntry, offset: number) => {
    anchor = { place: { at: entry.at, id: entry.id }, offset };
  };

  function report(moved: boolean) {
    const element = scroller();
    if (!element || props.entries.length === 0) return;
    const top = element.scrollTop;
    const first = virtualizer.getVirtualItemForOffset(top);
    const last = virtualizer.getVirtualItemForOffset(top + element.clientHeight);
    const entry = first && props.entries[first.index];
    if (!first || !entry) return;
    anchorAt(entry, top - first.start);
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
  function restore() {
    if (!anchor) return;
    const index = indexOf(entries(), anchor.place);
    const start = startOf(index);
    if (start !== undefined) setTop(start + (entries()[index]?.id === anchor.place.id ? anchor.offset : 0));
  }
  const settle = () => (props.following ? toEnd() : restore());
  function toIndex(index: number, align: "start" | "center") {
    virtualizer.scrollToIndex(index, { align });
    // Going to a line is no wish to follow, even where that line is near the end.
    lastTop = scroller()?.scrollTop ?? 0;
    const entry = props.entries[index];
    if (entry) anchorAt(entry, lastTop - (startOf(index) ?? lastTop));
    report(false);
  }

  createEffect(
    on([() => props.version, () => virtualizer.getTotalSize(), () => props.following, scroller], () => {
      queueMicrotask(() => {
        settle();
        report(false);
      });
    }),
  );
  createEffect(
    on(
      uniform,
      (is) => {
        if (is) virtualizer.measure();
        queueMicrotask(settle);
      },
      { defer: true },
    ),
  );

  const moves: Omit<LogLinesApi, "focus"> = {
    toEnd,
    toPlace: (place) => toIndex(indexOf(props.entries, place), "center"),
    toTime(at) {
      const index = indexOfTime(props.entries, at);
      if ((index === 0 && at < (props.entries[0]?.at ?? at)) || index === props.entries.length) return false;
      toIndex(index, "start");
      return true;
    },
  };
  /** The reader scrolled, or the element did by itself. */
  function onScroll(host: HTMLElement) {
    const top = host.scrollTop;
    const moved = top !== lastTop;
    const rest = host.scrollHeight - top - host.clientHeight;
    // Only moving up is the reader's will: the log growing below them is not.
    if (top < lastTop && rest > END_SLACK) props.onFollowingChange(false);
    else if (top > lastTop && rest <= END_SLACK && props.attached) props.onFollowingChange(true);
    lastTop = top;
    report(moved);
  }
  const watch = (host: HTMLElement) =>
    watchElement(host, {
      attached: () => setScroller(host),
      scrolled: () => onScroll(host),
      wheeledUp: () => props.onFollowingChange(false),
      resized: () => (props.following ? toEnd() : report(false)),
    });
  return { virtualizer, moves, watch };
}

interface ElementEvents {
  attached(): void;
  scrolled(): void;
  wheeledUp(): void;
  resized(): void;
}

/** Tells what happens to the element that scrolls, until the owner is disposed. */
function watchElement(host: HTMLElement, events: ElementEvents): void {
  // The virtualizer measures through the element's window, and an element has none before it is in the page.
  let frame = 0;
  const attach = () => {
    if (host.isConnected) events.attached();
    else frame = requestAnimationFrame(attach);
  };
  attach();
  // At thousands of lines per second the end moves on before the scroll event of the reader arrives.
  const onWheel = (event: WheelEvent) => {
    if (event.deltaY < 0 && host.scrollHeight > host.clientHeight) events.wheeledUp();
  };
  host.addEventListener("scroll", events.scrolled, { passive: true });
  host.addEventListener("wheel", onWheel, { passive: true });
  const resized = new ResizeObserver(events.resized);
  resized.observe(host);
  onCleanup(() => {
    cancelAnimationFrame(frame);
    host.removeEventListener("scroll", events.scrolled);
    host.removeEventListener("wheel", onWheel);
    resized.disconnect();
  });
}
