import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Principal } from "../../../shared/protocol/access.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { unlessAborted } from "../../../shared/server/unless-aborted.ts";
import type { ApiEnv } from "../../http/context.ts";
import type { RightsWatch } from "./live-rights.ts";

/** Throws `AppError` when the caller, as they are now, may not see what is under way. */
export type SeesNow = (now: Principal) => void;

export interface AuthorizedStreamOptions {
  /** What the caller must still see, beside the right of the route. */
  sees?: SeesNow;
  /** Longest time between two reads by the client, in milliseconds: a caller that holds a place and reads nothing loses it. */
  idleMs: number;
  /** Called once, however the stream ends. */
  onEnd?: () => void;
}

const unwatched: RightsWatch = { signal: new AbortController().signal, check: () => {}, end: () => {} };

/**
 * A response that takes its time, for as long as the caller may have it: it breaks off within a second of the caller
 * losing the session, key, right or limit it was allowed by, and when nobody takes it. Reads ahead nothing.
 */
export function authorizedStream(
  c: Context<ApiEnv>,
  source: ReadableStream<Uint8Array>,
  { sees, idleMs, onEnd }: AuthorizedStreamOptions,
): ReadableStream<Uint8Array> {
  const watch = c.get("watchRights")?.(sees) ?? unwatched;
  const reader = source.getReader();
  let idle: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = () => {
    if (isOver) return false;
    isOver = true;
    clearTimeout(idle);
    watch.end();
    onEnd?.();
    return true;
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const breakOff = (reason: unknown) => {
          if (!end()) return;
          reader.cancel(reason).catch(() => {});
          // An error of the stream would be written behind what was sent, as if it were part of it.
          const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
          if (outgoing) outgoing.destroy();
          else controller.error(reason);
        };
        const wait = () => {
          idle = setTimeout(() => breakOff(new AppError("gone", "The response was not taken.")), idleMs);
          idle.unref();
        };
        wait();
        watch.signal.addEventListener("abort", () => breakOff(watch.signal.reason), { once: true });
      },
      async pull(controller) {
        idle?.refresh();
        watch.check();
        if (isOver) return;
        try {
          const { done, value } = await reader.read();
          if (isOver) return;
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (error) {
          if (end()) controller.error(error);
        }
      },
      async cancel(reason) {
        end();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Does something that takes its time for as long as the caller may have its result.
 * @throws what ended it: `unauthorized` or `forbidden` once the caller lost what it was allowed by.
 */
export async function whileAuthorized<T>(
  c: Context<ApiEnv>,
  work: (signal: AbortSignal) => Promise<T>,
  sees?: SeesNow,
): Promise<T> {
  const watch = c.get("watchRights")?.(sees) ?? unwatched;
  try {
    return await unlessAborted(work(watch.signal), watch.signal);
  } finally {
    watch.end();
  }
}
