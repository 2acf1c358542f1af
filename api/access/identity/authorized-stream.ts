import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Principal } from "../../../shared/protocol/access.ts";
import { unlessAborted } from "../../../shared/server/async/unless-aborted.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { ApiEnv } from "../../http/context.ts";
import { messages } from "../messages.ts";
import type { RightsWatch } from "./live-rights.ts";

/** @throws AppError when the caller, with the rights of now, may not see the response */
export type SeesNow = (now: Principal) => void;

export interface AuthorizedStreamOptions {
  /** Checks beside the right of the route. */
  sees?: SeesNow;
  /** Longest time between two reads by the client, in milliseconds, so that a client that reads nothing releases its place. */
  idleMs: number;
  /** Called once, at any end of the stream. */
  onEnd?: () => void;
}

const unwatched: RightsWatch = { signal: new AbortController().signal, check: () => {}, end: () => {} };

/**
 * Streams a long response. It breaks off within a second after the caller loses the session, key, right or scope that
 * allowed it, and when the client stops reading. Reads nothing ahead.
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
          // An error of the stream would be appended to the output, as if it were part of it.
          const { outgoing } = (c.env ?? {}) as Partial<HttpBindings>;
          if (outgoing) outgoing.destroy();
          else controller.error(reason);
        };
        const wait = () => {
          idle = setTimeout(() => breakOff(new AppError("gone", messages.responseNotRead)), idleMs);
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
 * Runs long work while the caller may have its result.
 * @throws AppError `unauthorized` or `forbidden` when the caller has lost the right; whatever the work throws
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
