import { createVirtualizer } from "@tanstack/solid-virtual";
import { createEffect, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { LogRow } from "./LogRow.tsx";
import type { LogEntry } from "./log-entry.ts";
import { indexOfId } from "./log-filter.ts";

export interface LogLinesApi {
  toEnd(): void;
  toId(id: number): void;
}

export interface LogLinesProps {
  label: string;
  /** Oldest first. */
  entries: readonly LogEntry[];
  /** Grows whenever `entries` changed: the array itself is the same. */
  version: number;
  search: string;
  current: number | undefined;
  times: boolean;
  wrap: boolean;
  following: boolean;
  onFollowingChange: (following: boolean) => void;
  api: (api: LogLinesApi) => void;
}

/** Height of a line that is not wrapped, in pixels; the style sheet says the same. */
const LINE = 20;
/** Distance from the end, in pixels, that still counts as being there. */
const END_SLACK = 12;

/** The lines of a log, of which only the visible ones are in the page; keeps its place when the oldest go. */
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
    overscan: 10,
  });

  /** The first visible line and how much of it is above the edge. */
  let anchor: { id: number; offset: number } | undefined;
  let oldest = 0;
  let lastTop = 0;

  function remember() {
    const element = scroller();
    if (!element) return;
    const top = element.scrollTop;
    const first = virtualizer.getVirtualItemForOffset(top);
    const id = first && entryAt(first.index)?.id;
    anchor = first && id !== undefined ? { id, offset: top - first.start } : undefined;
  }

  function setTop(top: number) {
    const element = scroller();
    if (!element) return;
    element.scrollTop = top;
    lastTop = element.scrollTop;
  }
  const toEnd = () => setTop(scroller()?.scrollHeight ?? 0);

  /** The oldest lines went: what is being read stays where it is. */
  function restore() {
    if (!anchor) return;
    const index = indexOfId(entries(), anchor.id);
    const start = virtualizer.getOffsetForIndex(index, "start")?.[0];
    if (start !== undefined) setTop(start + (entryAt(index)?.id === anchor.id ? anchor.offset : 0));
  }

  createEffect(
    on([() => props.version, () => virtualizer.getTotalSize(), () => props.following], () => {
      const first = entries()[0]?.id ?? 0;
      const evicted = first !== oldest;
      oldest = first;
      if (props.following) queueMicrotask(toEnd);
      else if (evicted) queueMicrotask(restore);
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

  props.api({
    toEnd,
    toId(id) {
      const index = indexOfId(entries(), id);
      virtualizer.scrollToIndex(index, { align: "center" });
      // Going to a line is no wish to follow, even where that line is near the end.
      lastTop = scroller()?.scrollTop ?? 0;
    },
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
      // Only moving up is the reader's will: the log growing below them is not.
      if (top < lastTop && rest() > END_SLACK) props.onFollowingChange(false);
      else if (top > lastTop && rest() <= END_SLACK) props.onFollowingChange(true);
      lastTop = top;
      remember();
    };
    // At thousands of lines a second the end runs away before a scroll event tells of the reader.
    const onWheel = (event: WheelEvent) => {
      if (event.deltaY < 0 && host.scrollHeight > host.clientHeight) props.onFollowingChange(false);
    };
    host.addEventListener("scroll", onScroll, { passive: true });
    host.addEventListener("wheel", onWheel, { passive: true });
    const resized = new ResizeObserver(() => props.following && toEnd());
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
                    search={props.search}
                    current={props.current === entry().id}
                    times={props.times}
                    open={open().has(entry().id)}
                    onToggle={toggle}
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
