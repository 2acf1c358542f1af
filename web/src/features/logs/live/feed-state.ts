import { createSignal } from "solid-js";

/** Ids in the order of the view: newer entries get larger ones, older ones that are read later get smaller ones. */
export function createIds() {
  let up = 1;
  let down = 0;
  return {
    takeNew(count: number) {
      up += count;
      return up - count;
    },
    takeOld(count: number) {
      down -= count;
      return down;
    },
  };
}

/** The state of a feed as signals, for a page. */
export function createFeedState() {
  const [version, setVersion] = createSignal(0);
  const [sourceVersion, setSourceVersion] = createSignal(0);
  const [attached, setAttached] = createSignal(true);
  const [missed, setMissed] = createSignal(0);
  const [problem, setProblem] = createSignal("");
  return {
    version,
    changed: () => setVersion((value) => value + 1),
    sourceVersion,
    sourcesChanged: () => setSourceVersion((value) => value + 1),
    attached,
    setAttached,
    missed,
    setMissed,
    problem,
    setProblem,
  };
}
