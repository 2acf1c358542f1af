import { AppError } from "../../../shared/server/errors.ts";
import { connectionFailure } from "../../outbound/connection-failure.ts";
import { messages } from "../messages.ts";

/** Milliseconds for one attempt: name look-up, connection and response. */
export const SEND_LIMIT_MS = 15_000;

/**
 * Resolves as `work` does, until `signal` aborts: a name server that does not respond must not block a channel.
 * @throws `AppError` `upstream_unavailable` once the signal aborts.
 */
export function withinLimit<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(new AppError("upstream_unavailable", messages.timeout));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", stop));
}

/** Describes a failed connection in one sentence, without anything the receiver sent. */
export function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return messages.timeout;
  const sentence = connectionFailure(error, "The receiver");
  if (sentence !== undefined) return sentence;
  return messages.undelivered;
}
