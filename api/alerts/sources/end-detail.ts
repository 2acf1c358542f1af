import type { ContainerStatus } from "../../../shared/health/container-status.ts";
import type { Service } from "../../../shared/protocol/service.ts";

const ends: ReadonlySet<ContainerStatus> = new Set(["finished", "crashed", "start-failed", "dead", "unknown"]);

/** Whether a container with this status ended without a request. */
export const isEnd = (status: ContainerStatus): boolean => ends.has(status);

/** How a container ended, as a short phrase. It omits the text of the Engine, which only operators may read. */
export function describeEnd({ lastRun }: Service, status: ContainerStatus): string {
  const code = lastRun?.exitCode ?? null;
  const ended = code === null ? "ended" : `ended with exit code ${code}`;
  if (status === "start-failed") return `${ended}, and Docker could not restart it`;
  if (lastRun?.oomKilled) return `${ended}, killed for lack of memory`;
  return status === "unknown" ? `${ended}; the cause is unknown` : ended;
}
