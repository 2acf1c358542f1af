import { type Release, versionAnswer } from "../../shared/protocol/release.ts";
import { singleFlight } from "../../shared/server/async/single-flight.ts";

/** Longest wait for the realtime server, in milliseconds. */
const TIMEOUT_MS = 2_000;

export interface Versions {
  /** What the API runs. */
  readonly api: Release;
  /** What the realtime server runs; null while it does not respond, or is too old to say. */
  realtime(): Promise<Release | null>;
}

/** @param url Address of the realtime server. @param token The emit token. */
export function createVersions(api: Release, url: string, token: string): Versions {
  const realtime = singleFlight(async (): Promise<Release | null> => {
    try {
      const response = await fetch(new URL("/version", url), {
        headers: { Authorization: `Bearer ${token}` },
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return versionAnswer.parse(await response.json()).release;
    } catch {
      return null;
    }
  });
  return { api, realtime };
}
