import { isRunning } from "../../../shared/health/running.ts";
import type { StackState } from "../../../shared/protocol/stack.ts";
import type { DefinedServices } from "../check/defined-services.ts";
import type { ProjectContainer } from "./projects.ts";

export interface StackStatus {
  state: StackState;
  /** Running containers. */
  running: number;
  /** Containers plus missing services. */
  total: number;
  unhealthy: number;
  /** Services of a started stack that should have a container and have none. */
  missing: number;
  /** Containers that exited with code 0 and are not restarted. */
  finished: number;
}

/**
 * Compares the services a compose file defines with the existing containers.
 * @param defined Undefined when the file cannot be read; only containers are counted then.
 * @param known False while the Engine does not respond; the state is `unknown` then.
 */
export function stackStatus(
  containers: readonly ProjectContainer[],
  defined: DefinedServices | undefined,
  known: boolean,
): StackStatus {
  if (!known) return { state: "unknown", running: 0, total: 0, unhealthy: 0, missing: 0, finished: 0 };
  const running = containers.filter(({ service }) => isRunning(service)).length;
  const unhealthy = containers.filter(({ service }) => service.health === "unhealthy").length;
  const finished = containers.filter((container) => isFinished(container, defined)).length;
  const missing = containers.length === 0 ? 0 : missingServices(containers, defined).length;
  const total = containers.length + missing;
  const counts = { running, total, unhealthy, missing, finished };
  return { state: stateOf(containers, counts), ...counts };
}

function stateOf(
  containers: readonly ProjectContainer[],
  { running, total, unhealthy, finished }: Omit<StackStatus, "state">,
): StackState {
  if (total === 0) return "down";
  if (unhealthy > 0) return "unhealthy";
  if (running > 0) return running + finished < total ? "partial" : "running";
  return containers.every(({ service }) => service.state === "created") ? "created" : "stopped";
}

/** Services of the file that should run and have no container. */
export function missingServices(
  containers: readonly ProjectContainer[],
  defined: DefinedServices | undefined,
): string[] {
  const present = new Set(containers.map(({ composeService }) => composeService));
  return [...(defined ?? [])].filter(([name, { wanted }]) => wanted && !present.has(name)).map(([name]) => name);
}

function isFinished({ service, composeService }: ProjectContainer, defined: DefinedServices | undefined): boolean {
  const ended = service.state === "exited" && /^Exited \(0\)/.test(service.status); // the list shows the exit code only in this text
  return ended && defined?.get(composeService)?.restarts === false;
}
