import { may, type Principal } from "../../shared/protocol/access.ts";
import type { Service, ServiceRun } from "../../shared/protocol/service.ts";
import type { StopRequests } from "./stop-requests.ts";

/**
 * A container as somebody may see it: with what the panel knows of the end of its newest run, and the Engine's own words
 * on a start that failed only for who may act on it.
 */
export function toServiceView<S extends Service>(
  service: S,
  principal: Pick<Principal, "role" | "scopes">,
  stops: Pick<StopRequests, "wasRequested">,
): S {
  const { lastRun } = service;
  if (!lastRun) return service;
  const { error, ...run } = lastRun;
  const seen: ServiceRun = { ...run, stopRequested: stops.wasRequested(service.id, run.finishedAt) };
  if (error !== undefined && may(principal, "services:control")) seen.error = error;
  return { ...service, lastRun: seen };
}
