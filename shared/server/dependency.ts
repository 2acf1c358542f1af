import type { DependencyState } from "../protocol/system.ts";
import { AppError } from "./errors.ts";

/** A part of the host that is not there (`absent`) or there but not answering (`down`); the message says what to do. */
export class UnavailableError extends AppError {
  readonly state: "down" | "absent";

  constructor(state: "down" | "absent", hint: string, cause?: unknown) {
    super("upstream_unavailable", hint, { cause, retryAfter: 5 });
    this.state = state;
  }
}

/** Turns what a call to a dependency gave or threw into the state a viewer is shown. */
export async function dependencyState(probe: () => Promise<unknown>): Promise<DependencyState> {
  try {
    await probe();
    return { state: "up" };
  } catch (error) {
    if (error instanceof UnavailableError) return { state: error.state, hint: error.message };
    return { state: "down", hint: error instanceof AppError ? error.message : "It answered with an error." };
  }
}
