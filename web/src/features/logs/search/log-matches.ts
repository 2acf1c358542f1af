import { createEffect, createSignal, on } from "solid-js";
import { compare, indexOf } from "../live/line-order.ts";
import type { Place } from "../live/log-entry.ts";
import type { LogFeed } from "../live/log-feed.ts";

export type LogMatches = ReturnType<typeof createMatches>;

/** Where the search stands among its matches; continues to those stored by the server when the loaded ones are through. */
export function createMatches(feed: LogFeed, show: (place: Place) => void) {
  const [current, setCurrent] = createSignal<Place | undefined>();
  const [looking, setLooking] = createSignal(false);
  const stand = (place: Place | undefined) => {
    setCurrent(place);
    if (place) show(place);
  };
  createEffect(
    on(
      feed.pattern,
      (pattern) => {
        if (!pattern) return void setCurrent(undefined);
        const last = feed.matches().at(-1);
        if (last) stand(last);
        else setCurrent(undefined);
      },
      { defer: true },
    ),
  );

  const index = () => {
    const here = current();
    const matches = feed.matches();
    if (!here) return -1;
    const found = indexOf(matches, here);
    return matches[found] && compare(matches[found], here) === 0 ? found : -1;
  };
  async function step(by: 1 | -1) {
    const matches = feed.matches();
    const here = current();
    const next = !here
      ? matches.length - 1
      : by === -1
        ? indexOf(matches, here) - 1
        : indexOf(matches, { at: here.at, id: here.id + 0.5 });
    const found = matches[next];
    if (found) return stand(found);
    const direction = by === 1 ? "newer" : "older";
    if (looking()) return;
    setLooking(true);
    try {
      if (direction === "older" ? feed.older() !== "end" : !feed.attached()) {
        if (await feed.findBeyond(direction)) return;
      }
    } finally {
      setLooking(false);
    }
    // All around: from the first to the last and back.
    const around = by === 1 ? feed.matches()[0] : feed.matches().at(-1);
    if (around) stand(around);
  }
  return {
    current,
    setCurrent,
    looking,
    position: () => index() + 1,
    count: () => feed.matches().length,
    next: () => void step(1),
    previous: () => void step(-1),
  };
}
