import { may, type Principal } from "../../shared/protocol/access.ts";
import type { Service, ServiceRun } from "../../shared/protocol/service.ts";
import type { StopRequests } from "./stop-requests.ts";

type EndCauses = Pick<StopRequests, "wasRequested" | "endedForMemory">;

/** Returns a container with what the panel knows of the end of its newest run, which the Engine's record lacks. */
export function withEndCause<S extends Service>(service: S, causes: EndCauses): S {
  const { id, lastRun } = service;
  if (!lastRun) return service;
  const stopRequested = causes.wasRequested(id, lastRun.finishedAt);
  const oomKilled = lastRun.oomKilled || (lastRun.finishedAt !== null && causes.endedForMemory(id));
  return { ...service, lastRun: { ...lastRun, stopRequested, oomKilled } };
}

/** Returns a container as the caller may see it: Docker's error of a failed start only with the right to control services. */
export function toServiceView<S extends Service>(
  service: S,
  principal: Pick<Principal, "role" | "scopes">,
  causes: EndCauses,
): S {
  const seen = withEndCause(service, causes);
  if (!seen.lastRun || may(principal, "services:control")) return seen;
  const { error: _, ...lastRun } = seen.lastRun;
  return { ...seen, lastRun: lastRun satisfies ServiceRun };
}
