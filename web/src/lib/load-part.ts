import { lazy as solidLazy } from "solid-js";
import { isPartFailure } from "./part-failure.ts";

/** Waits before a part is fetched again: a change of the network comes in steps over a second. */
const AGAIN_MS = [300, 1_500];

/**
 * Loads a part of the page, and tries twice more where it cannot be fetched: Chrome aborts all requests under way when a
 * network interface is added to its machine or removed from it, which a container network does.
 */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  for (const wait of AGAIN_MS) {
    try {
      return await load();
    } catch (error) {
      if (!isPartFailure(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
  return load();
}

/** A component whose code is loaded when it is first shown; see {@link loadPart}. */
export const lazy: typeof solidLazy = (load) => solidLazy(() => loadPart(load));
