import { createEffect, createSignal, For, onMount, Show } from "solid-js";
import { LogRow } from "./LogRow.tsx";
import { createLineScroller } from "./line-scroller.ts";
import type { LogLinesProps } from "./log-lines.ts";

/** The lines of a log, of which only the visible ones are in the page; keeps its place when lines come or go above it. */
export function LogLines(props: LogLinesProps) {
  let element: HTMLDivElement | undefined;
  const [open, setOpen] = createSignal<ReadonlySet<number>>(new Set());
  const uniform = () => !props.wrap && open().size === 0;
  const entries = () => {
    props.version;
    return props.entries;
  };
  const { virtualizer, moves, watch } = createLineScroller(props, entries, uniform);
  props.api({ ...moves, focus: () => element?.focus({ preventScroll: true }) });
  onMount(() => element && watch(element));

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
      onPointerMove={(event) => {
        const index = event.target.closest<HTMLElement>(".log-item")?.dataset.index;
        props.onPoint(index === undefined ? undefined : props.entries[Number(index)]?.at);
      }}
      onPointerLeave={() => props.onPoint(undefined)}
    >
      <div class="log-space" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        <For each={virtualizer.getVirtualItems()}>
          {(item) => (
            <div
              class="log-item"
              classList={{ "log-near": props.near !== undefined && entries()[item.index]?.id === props.near }}
              data-index={item.index}
              ref={(element) => {
                createEffect(() => {
                  if (!uniform()) queueMicrotask(() => element.isConnected && virtualizer.measureElement(element));
                });
              }}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Show when={entries()[item.index]}>
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
