import { type Accessor, createSignal, getOwner, type Owner, onCleanup, onMount } from "solid-js";

/** Longest title: a browser shows far less. */
const MAX_TITLE = 200;
export const APP_NAME = "AI Desktop";

interface ViewTitle {
  title: Accessor<string | undefined>;
  /** Number of owners around the view. */
  depth: number;
}

/** The innermost view last. */
const [titles, setTitles] = createSignal<readonly ViewTitle[]>([]);

function depthOf(owner: Owner | null): number {
  let depth = 0;
  for (let around = owner; around; around = around.owner) depth++;
  return depth;
}

/**
 * Names what a view shows, for as long as the view exists. The title of the innermost view wins, and of views side by side
 * that of the one mounted last; one that returns undefined leaves it to the others.
 * @param title Most specific part first, such as `compose.yaml · Files`; without the host.
 */
export function createTitle(title: Accessor<string | undefined>): void {
  // Not by the order of mounting: within a transition the inner view can be first.
  const view: ViewTitle = { title, depth: depthOf(getOwner()) };
  onMount(() => setTitles((all) => [...all, view].sort((one, other) => one.depth - other.depth)));
  onCleanup(() => setTitles((all) => all.filter((other) => other !== view)));
}

/** The title of the innermost view that has one. */
export const viewTitle = (): string | undefined => {
  const all = titles();
  for (let index = all.length - 1; index >= 0; index--) {
    const title = all[index]?.title();
    if (title) return title;
  }
  return undefined;
};

/** A title of its parts, the most specific one first; empty parts are left out. */
export const joinTitle = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(" · ");

/** Title of the browser's tab. */
export const documentTitle = (view: string | undefined, host: string | undefined): string =>
  joinTitle(view?.slice(0, MAX_TITLE), host ?? APP_NAME);
