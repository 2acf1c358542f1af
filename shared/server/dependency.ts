import type { DependencyState } from "../protocol/system.ts";
import { AppError } from "./errors.ts";

/** A part of the host is not installed (`absent`) or does not respond (`down`). The message says what to do. */
export class UnavailableError extends AppError {
  readonly state: "down" | "absent";

  constructor(state: "down" | "absent", hint: string, cause?: unknown) {
    super("upstream_unavailable", hint, { cause, retryAfter: 5 });
    this.state = state;
  }
}

/**
 * A list, or an empty one with the state of a dependency that does not respond.
 *
 * @throws any error that is no {@link UnavailableError}
 */
export async function listOrState<T>(list: () => Promise<T[]>): Promise<{ items: T[]; state: DependencyState }> {
  try {
    return { items: await list(), state: { state: "up" } };
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return { items: [], state: { state: error.state, hint: error.message } };
  }
}

/** Converts the result or error of a call to the state that is shown for the dependency. */
export async function dependencyState(probe: () => Promise<unknown>): Promise<DependencyState> {
  try {
    await probe();
    return { state: "up" };
  } catch (error) {
    if (error instanceof UnavailableError) return { state: error.state, hint: error.message };
    return { state: "down", hint: error instanceof AppError ? error.message : "It responded with an error." };
  }
}
