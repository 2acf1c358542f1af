import { createSignal } from "solid-js";
import { toMessage } from "../../../lib/api/failure.ts";
import { links } from "../messages.ts";
import { nanoOf } from "../stored/log-pages.ts";
import type { createStoredReader } from "../stored/stored-reader.ts";
import type { Place } from "./log-entry.ts";
import { type LogTimeline, placeOf } from "./log-timeline.ts";

/** A place the view has to go to. */
export interface Target {
  place: Place;
  /** The target is the line itself, not only its time. */
  line: boolean;
}

export interface LogNavigationOptions {
  timeline: LogTimeline;
  reader: ReturnType<typeof createStoredReader>;
  hasHistory(): boolean;
  /** The reader's range ends in the past. */
  isBounded(): boolean;
  setProblem(problem: string): void;
  /** What is shown is another part of the log. */
  moved(): void;
}

/** Moves the view: to the live end, to a time, to a line, to either end of the range. The newest move counts. */
export function createLogNavigation(options: LogNavigationOptions) {
  const { timeline, reader, hasHistory, isBounded, setProblem, moved } = options;
  const { shown } = timeline;
  const [target, setTarget] = createSignal<Target | undefined>(undefined, { equals: false });
  let viewAt: number | undefined;
  /** The line that was gone to, until the reader goes on. */
  let line: string | undefined;
  /** What is being looked up, to be looked up again when the filter changes meanwhile. */
  let lookup: (() => void) | undefined;

  function showLive(): void {
    lookup = undefined;
    line = undefined;
    reader.reset();
    setProblem("");
    timeline.showLive();
    moved();
    if (hasHistory()) void reader.loadOlder();
  }
  async function showPast(load: () => Promise<Target | undefined>): Promise<void> {
    const again = () => void showPast(load);
    lookup = again;
    timeline.leave();
    reader.reset("reading");
    setProblem("");
    moved();
    try {
      const found = await load();
      if (lookup === again) lookup = undefined;
      viewAt = found?.place.at ?? viewAt;
      if (found) setTarget(found);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
      lookup = undefined;
      reader.fail();
      setProblem(toMessage(error));
    }
  }
  const at = (place: Place | undefined, line = false): Target | undefined => place && { place, line };
  const goTo = (time: number) => {
    line = undefined;
    void showPast(async () => {
      await reader.aroundTime(nanoOf(time));
      return at(placeOf(shown.entries, time));
    });
  };
  const showEnd = () => {
    line = undefined;
    void showPast(async () => {
      await reader.end();
      return at(shown.entries.at(-1));
    });
  };
  const goToLine = (id: string): Promise<void> => {
    line = id;
    return showPast(async () => {
      const place = await reader.placeOf(id);
      if (place === undefined) {
        setProblem(links.gone);
        await reader.end();
        return at(shown.entries.at(-1));
      }
      const next = await reader.aroundLine(place);
      const found = shown.entries.find((entry) => entry.kind === "line" && entry.storedId === id);
      if (!found && next) setProblem(links.leftOut);
      return at(found ?? next, found !== undefined);
    });
  };

  function stay(): void {
    if (lookup && hasHistory()) lookup();
    else if (!hasHistory() || viewAt === undefined) showLive();
    else if (line !== undefined) void goToLine(line);
    else goTo(viewAt);
  }

  return {
    target,
    goTo,
    showEnd,
    showStart() {
      line = undefined;
      void showPast(async () => {
        await reader.start();
        return at(shown.entries[0]);
      });
    },
    /** Shows a stored line among its neighbours; resolves once it is shown, or what prevents it. */
    goToLine,
    showLive,
    /** A place is being looked up: what is shown says nothing about what there is. */
    isMoving: () => lookup !== undefined,
    /** The same place by another filter, range or history: the live end, where that is shown. */
    reload() {
      if (lookup && hasHistory()) lookup();
      else if (isBounded() && hasHistory()) showEnd();
      else if (timeline.attached()) showLive();
      else stay();
    },
    /** The same place of other logs, though lines up to the live end are shown. */
    stay,
    /** Tells where the reader is; `moved` when they scrolled there. */
    setViewAt(time: number, moved: boolean) {
      viewAt = time;
      if (moved) line = undefined;
    },
  };
}
