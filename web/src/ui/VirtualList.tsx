import { createVirtualizer, defaultRangeExtractor } from "@tanstack/solid-virtual";
import { createEffect, createSignal, For, type JSX, on, onCleanup, onMount } from "solid-js";
import { listKeys } from "./list-keys.ts";

export interface VirtualListApi {
  scrollToEnd: () => void;
  scrollToIndex: (index: number) => void;
}

export interface VirtualListProps {
  label: string;
  count: number;
  /** Usual height of an item in pixels; each is measured once it is shown. */
  estimate: number;
  /** Every item is exactly `estimate` high, and none is measured: for long logs. */
  uniform?: boolean;
  /** Stable identity of an item, so that heights stay right when the front is cut off. */
  key?: (index: number) => string | number;
  children: (index: number) => JSX.Element;
  /** Stay at the end while the list grows, until the reader scrolls up. */
  follow?: boolean;
  /** The reader left the end, or came back to it. */
  onFollowChange?: (following: boolean) => void;
  /** The reader came near the end: time to load more. */
  onEnd?: () => void;
  class?: string;
  api?: (api: VirtualListApi) => void;
}

/** Distance from the end, in pixels, that still counts as being there. */
const END_SLACK = 24;

/** A list of any length that keeps only what is visible in the DOM. */
export function VirtualList(props: VirtualListProps) {
  let host: HTMLDivElement | undefined;
  const [scroller, setScroller] = createSignal<HTMLDivElement | null>(null);
  let following = props.follow ?? false;
  let lastTop = 0;
  /** Index of the row that has the focus. */
  let focused: number | undefined;

  const virtualizer = createVirtualizer({
    get count() {
      return props.count;
    },
    getScrollElement: scroller,
    estimateSize: () => props.estimate,
    get getItemKey() {
      return props.key ?? ((index: number) => index);
    },
    overscan: 12,
    // The row with the focus stays in the page when it is scrolled away: the focus would be lost with it.
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      if (focused === undefined || focused >= range.count || shown.includes(focused)) return shown;
      return [...shown, focused].sort((a, b) => a - b);
    },
  });

  const scrollToEnd = () => {
    const element = scroller();
    if (element) element.scrollTop = element.scrollHeight;
  };
  props.api?.({
    scrollToEnd,
    scrollToIndex: (index) => virtualizer.scrollToIndex(index, { align: "center" }),
  });

  const setFollowing = (next: boolean) => {
    if (next === following) return;
    following = next;
    props.onFollowChange?.(next);
  };

  createEffect(
    on(
      () => props.follow,
      (follow) => {
        following = follow ?? false;
        if (following) requestAnimationFrame(scrollToEnd);
      },
    ),
  );
  createEffect(
    on(
      () => [props.count, virtualizer.getTotalSize()],
      () => {
        if (following) queueMicrotask(scrollToEnd);
      },
    ),
  );

  const listen = (element: HTMLDivElement) => {
    const onScroll = () => {
      const top = element.scrollTop;
      const rest = element.scrollHeight - top - element.clientHeight;
      // Only moving up is the reader's will: the list growing below them is not.
      if (top < lastTop && rest > END_SLACK) setFollowing(false);
      else if (rest <= END_SLACK && props.follow !== undefined) setFollowing(true);
      lastTop = top;
      if (rest < element.clientHeight) props.onEnd?.();
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    const resized = new ResizeObserver(() => following && scrollToEnd());
    resized.observe(element);
    onCleanup(() => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
    });
  };
  onMount(() => {
    if (!host) return;
    listen(host);
    listKeys(host, { count: () => props.count, show: (index) => virtualizer.scrollToIndex(index, { align: "auto" }) });
    let frame = 0;
    // The virtualizer measures through the element's window, and an element has none before it is in the page.
    const attach = () => {
      if (host?.isConnected) setScroller(host);
      else frame = requestAnimationFrame(attach);
    };
    attach();
    onCleanup(() => cancelAnimationFrame(frame));
  });

  return (
    // biome-ignore lint/a11y/useSemanticElements: between a list and its items lies what gives the list its height.
    <div
      ref={host}
      class={`virtual ${props.class ?? ""}`}
      role="list"
      aria-label={props.label}
      onFocusIn={({ target }) => {
        const item = target.closest<HTMLElement>("[data-index]");
        focused = item ? Number(item.dataset.index) : undefined;
      }}
      onFocusOut={() => {
        focused = undefined;
      }}
    >
      <div class="virtual-space" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <For each={virtualizer.getVirtualItems()}>
          {(item) => (
            // biome-ignore lint/a11y/useSemanticElements: see above.
            <div
              class="virtual-item"
              role="listitem"
              data-list-row=""
              aria-setsize={props.count}
              aria-posinset={item.index + 1}
              data-index={item.index}
              ref={(element) => {
                if (!props.uniform) queueMicrotask(() => virtualizer.measureElement(element));
              }}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              {props.children(item.index)}
            </div>
          )}
        </For>
      </div>
    </div>
  );
}
