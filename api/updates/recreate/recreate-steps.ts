import type { ContainerInspectInfo } from "dockerode";
import { containerPath, type EngineCalls } from "../../../shared/docker/engine-calls.ts";

const START_LIMIT_MS = 60_000;
const DEFAULT_GRACE = 10;
/** Longest grace period of a container, in seconds. */
const GRACE_MAX = 900;

/** Steps by which one container replaces another. Each has a time limit. */
export function createContainerMoves({ call }: Pick<EngineCalls, "call">) {
  const post = (id: string, action: string, query = {}, limitMs = START_LIMIT_MS) =>
    call({ method: "POST", path: containerPath(id, action), query }, limitMs);
  return {
    start: (id: string) => post(id, "start"),
    /** Also waits for a stop that is already under way. */
    stop: (info: ContainerInspectInfo) => post(info.Id, "stop", {}, (graceOf(info) + 10) * 1_000),
    stopNow: (id: string) => post(id, "stop", { t: 0 }),
    rename: (id: string, name: string) => post(id, "rename", { name }),
    remove: (id: string, volumes: boolean) =>
      call({ method: "DELETE", path: containerPath(id), query: { force: true, v: volumes } }, START_LIMIT_MS),
  };
}

const graceOf = ({ Config }: ContainerInspectInfo): number =>
  Math.min(GRACE_MAX, (Config as { StopTimeout?: number }).StopTimeout ?? DEFAULT_GRACE);

/** Names of both containers during a recreate. */
export const backupName = (name: string, mark: string): string => `${name}.before-${mark}`;
export const nextName = (name: string, mark: string): string => `${name}.next-${mark}`;
