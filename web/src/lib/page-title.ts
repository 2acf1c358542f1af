import { type Accessor, createSignal, onCleanup, onMount } from "solid-js";

/** Longest title: a browser shows far less. */
const MAX_TITLE = 200;
export const APP_NAME = "AI Desktop";

const [titles, setTitles] = createSignal<readonly Accessor<string | undefined>[]>([]);

/**
 * Names what a view shows, for as long as the view exists. The title of the view that was mounted last wins; one that
 * returns undefined leaves it to the others.
 * @param title Most specific part first, such as `compose.yaml · Files`; without the host.
 */
export function createTitle(title: Accessor<string | undefined>): void {
  // Once mounted: views mount from the outside to the inside, and the innermost one is the most specific.
  onMount(() => setTitles((all) => [...all, title]));
  onCleanup(() => setTitles((all) => all.filter((other) => other !== title)));
}

/** The title of the innermost view that has one. */
export const viewTitle = (): string | undefined => {
  const all = titles();
  for (let index = all.length - 1; index >= 0; index--) {
    const title = all[index]?.();
    if (title) return title;
  }
  return undefined;
};

/** A title of its parts, the most specific one first; empty parts are left out. */
export const joinTitle = (...parts: (string | undefined)[]): string => parts.filter(Boolean).join(" · ");

/** Title of the browser's tab. */
export const documentTitle = (view: string | undefined, host: string | undefined): string =>
  joinTitle(view?.slice(0, MAX_TITLE), host ?? APP_NAME);
