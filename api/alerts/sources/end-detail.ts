import type { ContainerStatus } from "../../../shared/health/container-status.ts";
import type { Service } from "../../../shared/protocol/service.ts";

const ends: ReadonlySet<ContainerStatus> = new Set(["finished", "crashed", "start-failed", "dead", "unknown"]);

/** Whether a status is that of a container that ended and was not asked to. */
export const isEnd = (status: ContainerStatus): boolean => ends.has(status);

/** How a container ended, in a few words. Those of the Engine are left out: they are for who may act on it. */
export function describeEnd({ lastRun }: Service, status: ContainerStatus): string {
  const code = lastRun?.exitCode ?? null;
  const ended = code === null ? "ended" : `ended with exit code ${code}`;
  if (status === "start-failed") return `${ended}, and Docker could not start it again`;
  if (lastRun?.oomKilled) return `${ended}, killed for want of memory`;
  return status === "unknown" ? `${ended}; the cause is unknown` : ended;
}
