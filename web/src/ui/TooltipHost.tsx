import { createEffect, createSignal, onCleanup, onMount, Show } from "solid-js";
import { letterKeys } from "../lib/keys/key-layers.ts";

/** Time that the pointer or the focus rests on a button before its tooltip appears, in milliseconds. */
const DELAY_MS = 300;
/** Time for the way from the button to the tooltip. */
const LEAVE_MS = 120;
const GAP = 6;
/** Smallest distance to the edge of the window, in pixels. */
const EDGE = 6;

interface Tip {
  button: HTMLElement;
  text: string;
  key: string | undefined;
}

const tipped = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("[data-tip]") : null;

const read = (button: HTMLElement): Tip => ({
  button,
  text: button.dataset.tip ?? "",
  key: button.dataset.tipKey,
});

/**
 * Shows the tooltip of the button under the pointer, or of the one that the keyboard has focused; Escape and a press close it.
 * Touch shows none. A screen reader does not need it: the text is the button's name, and the key is in `aria-keyshortcuts`.
 */
export function TooltipHost() {
  const [tip, setTip] = createSignal<Tip>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let host: HTMLDivElement | undefined;

  const hide = () => {
    clearTimeout(timer);
    setTip(undefined);
  };
  const after = (ms: number, work: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(work, ms);
  };
  const showSoon = (button: HTMLElement) => {
    // From one button to its neighbour there is nothing to wait for.
    after(tip() ? 0 : DELAY_MS, () => button.isConnected && button.dataset.tip && setTip(read(button)));
  };
  const onPointerOver = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    if (host && event.target instanceof Node && host.contains(event.target)) return clearTimeout(timer);
    const button = tipped(event.target);
    if (button && button !== tip()?.button) showSoon(button);
    else if (button) clearTimeout(timer);
    else if (tip() && tip()?.button !== document.activeElement) after(LEAVE_MS, hide);
    else if (!tip()) clearTimeout(timer);
  };
  const onFocusIn = (event: FocusEvent) => {
    const button = tipped(event.target);
    if (button?.matches(":focus-visible")) showSoon(button);
    else hide();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") hide();
  };

  onMount(() => {
    const listeners = {
      pointerover: onPointerOver,
      focusin: onFocusIn,
      focusout: hide,
      pointerdown: hide,
      keydown: onKeyDown,
    };
    for (const [name, listener] of Object.entries(listeners)) {
      document.addEventListener(name, listener as EventListener, true);
    }
    document.documentElement.addEventListener("pointerleave", hide);
    onCleanup(() => {
      hide();
      for (const [name, listener] of Object.entries(listeners)) {
        document.removeEventListener(name, listener as EventListener, true);
      }
      document.documentElement.removeEventListener("pointerleave", hide);
    });
  });

  createEffect(() => {
    const shown = tip();
    if (!shown || !host) return;
    host.showPopover?.();
    place(host, shown.button.getBoundingClientRect());
    // A button may go, move, or change its text ("Copied") under its tooltip.
    const seen = new MutationObserver(() => {
      if (!shown.button.isConnected || !shown.button.dataset.tip) hide();
      else if (shown.button.dataset.tip !== shown.text) setTip(read(shown.button));
    });
    seen.observe(document.body, { childList: true, subtree: true, attributeFilter: ["data-tip"] });
    // A log beside it scrolls all the time.
    const onScroll = ({ target }: Event) => target instanceof Node && target.contains(shown.button) && hide();
    document.addEventListener("scroll", onScroll, { capture: true, passive: true });
    onCleanup(() => {
      seen.disconnect();
      document.removeEventListener("scroll", onScroll, { capture: true });
    });
  });

  return (
    <Show when={tip()}>
      {(shown) => (
        <div ref={host} class="tooltip" role="tooltip" popover="manual" aria-hidden="true">
          {shown().text}
          <Show when={letterKeys() || (shown().key?.length ?? 0) > 1 ? shown().key : undefined}>
            {(key) => <kbd class="kbd">{key()}</kbd>}
          </Show>
        </div>
      )}
    </Show>
  );
}

/** Below the button, above it where there is no room, and inside the window. */
function place(host: HTMLElement, at: DOMRect): void {
  const { width, height } = host.getBoundingClientRect();
  const below = at.bottom + GAP;
  const top = below + height + EDGE <= window.innerHeight ? below : Math.max(EDGE, at.top - GAP - height);
  const left = Math.min(Math.max(EDGE, at.left + (at.width - width) / 2), window.innerWidth - width - EDGE);
  host.style.top = `${top}px`;
  host.style.left = `${left}px`;
}
