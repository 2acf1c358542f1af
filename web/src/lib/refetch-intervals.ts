import { isRefusal } from "./api/failure.ts";

/** Milliseconds between two requests while something may change without an event. */
export const SOON_MS = 3_000;
const MINUTE_MS = 60_000;

/** Time until the stored containers are requested again: soon after a failure, since a log page lacks its history until then. */
export const storedContainersInterval = ({ status, error }: { status: string; error: Error | null }): number =>
  status === "error" && !isRefusal(error) ? SOON_MS : MINUTE_MS;

/**
 * Time until a response is requested again that could not be renewed: the page goes on showing the earlier one, and no event
 * says when the server, or what it asks, responds again. `false` where there is nothing to renew: the page shows the error.
 */
export const healInterval = ({ data, error }: { data: unknown; error: Error | null }): number | false =>
  data !== undefined && error !== null && !isRefusal(error) && 5_000;
