import { isComposition } from "../lib/keys/key-match.ts";

export interface TypedAhead {
  /** Ends the wait, and returns what was typed meanwhile. */
  take(): string;
}

/** Longest text that is kept. */
const MAX_TEXT = 200;

/**
 * Keeps what is typed while the palette is fetched and shown: hands are faster than the first fetch, and its letters would be
 * keys of the page. Takes every key without a modifier until {@link TypedAhead.take}; Escape calls `cancel`.
 */
export function createTypedAhead(cancel: () => void): TypedAhead {
  let text = "";
  const onKeyDown = (event: KeyboardEvent) => {
    if (isComposition(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") cancel();
    else if (event.key === "Backspace") text = text.slice(0, -1);
    else if (event.key.length === 1 && text.length < MAX_TEXT) text += event.key;
    // Enter and arrows have nothing to act on yet, and must not reach the page.
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("keydown", onKeyDown, true);
  return {
    take() {
      window.removeEventListener("keydown", onKeyDown, true);
      return text;
    },
  };
}
