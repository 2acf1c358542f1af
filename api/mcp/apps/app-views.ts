import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";

/** Views that wait for their frame, of one user and of all, and their bytes together; the oldest are dropped. */
const MAX_OF_CALLER = 6;
const MAX_VIEWS = 20;
const MAX_BYTES = 40_000_000;
/** Time that a view waits, in milliseconds. */
const KEPT_MS = 60_000;

/** HTML that waits for the frame of the person who opened it. */
export interface AppView {
  /** Id of the user. */
  caller: string;
  html: Uint8Array;
  /** Value of `Content-Security-Policy`. */
  policy: string;
}

export interface AppViews {
  /** Returns the id by which the view is taken, once. */
  add(view: AppView): string;
  /** Undefined for an unknown, taken or old view, and for one of another user. */
  take(id: string, caller: string): AppView | undefined;
}

/** Apps between the request that reads them and the one of their frame. */
export function createAppViews(now: () => number = () => performance.now()): AppViews {
  const views = new Map<string, AppView & { until: number }>();
  let bytes = 0;
  const drop = (id: string) => {
    bytes -= views.get(id)?.html.byteLength ?? 0;
    views.delete(id);
  };
  const prune = () => {
    for (const [id, { until }] of views) if (until <= now()) drop(id);
  };
  return {
    add(view) {
      prune();
      const id = randomBytes(32).toString("base64url");
      views.set(id, { ...view, until: now() + KEPT_MS });
      bytes += view.html.byteLength;
      const own = [...views].filter(([, { caller }]) => caller === view.caller);
      for (const [oldest] of own.slice(0, -MAX_OF_CALLER)) drop(oldest);
      for (const oldest of views.keys()) {
        if (views.size <= MAX_VIEWS && bytes <= MAX_BYTES) break;
        drop(oldest);
      }
      return id;
    },
    take(id, caller) {
      prune();
      const view = views.get(id);
      if (view?.caller !== caller) return undefined;
      drop(id);
      return view;
    },
  };
}
