import { z } from "zod";
import { containerRef } from "./identifier.ts";

/**
 * What is known of a newer image for a service:
 * - `current`, `newer`: as the registry said when it was asked last
 * - `unknown`: not asked yet, or it could not be asked
 * - `local`: built on this host, or loaded: no registry knows it
 * - `pinned`: named by digest, so that there can be no newer one
 */
export const updateStates = ["current", "newer", "unknown", "local", "pinned"] as const;
export type UpdateState = (typeof updateStates)[number];

export interface ServiceUpdate {
  /** Name of the container. */
  service: string;
  /** What it was made of, in full; null for one that was made of an id. */
  reference: string | null;
  state: UpdateState;
  /** Digest the image it runs has at the registry. */
  digest: string | null;
  /** Digest the registry has under the reference now. */
  newest: string | null;
  /** ISO 8601. */
  checkedAt: string | null;
  /** Why the registry could not be asked. */
  problem: string | null;
  composeProject: string | null;
  /** What one click goes back to. */
  previous: PreviousImage | null;
}

export interface PreviousImage {
  imageId: string;
  digest: string | null;
  /** When it was left; ISO 8601. */
  replacedAt: string;
}

export const checkUpdatesRequest = z.strictObject({
  /** One service; all that the caller sees when absent. */
  service: containerRef.optional(),
});
