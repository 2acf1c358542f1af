import { isRefusal } from "./api/failure.ts";

/** Milliseconds between two requests while something may change without an event. */
export const SOON_MS = 3_000;
const MINUTE_MS = 60_000;

/** Time until the stored containers are requested again: soon after a failure, since a log page lacks its history until then. */
export const storedContainersInterval = ({ status, error }: { status: string; error: Error | null }): number =>
  status === "error" && !isRefusal(error) ? SOON_MS : MINUTE_MS;
