import type { ContainerInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { toEngineList } from "../../shared/docker/engine-responses.ts";
import type { ContainerUse } from "../../shared/protocol/image.ts";

/** Every container of the host, running or not, as the Engine lists it. */
export async function listContainers({ call }: Pick<EngineCalls, "call">): Promise<ContainerInfo[]> {
  const list = await call({ method: "GET", path: "/containers/json", query: { all: 1 } });
  return toEngineList(list);
}

/** Groups containers by what they use. `keysOf` returns the keys of what one container uses. */
export function usesBy(
  containers: readonly ContainerInfo[],
  keysOf: (container: ContainerInfo) => Iterable<string>,
): Map<string, ContainerUse[]> {
  const uses = new Map<string, ContainerUse[]>();
  for (const container of containers) {
    for (const key of new Set(keysOf(container))) {
      const list = uses.get(key) ?? [];
      list.push(toUse(container));
      uses.set(key, list);
    }
  }
  return uses;
}

const toUse = ({ Id, Names, State }: ContainerInfo): ContainerUse => ({
  id: Id,
  name: (Names?.find((name) => name.lastIndexOf("/") === 0) ?? Names?.[0] ?? Id.slice(0, 12)).replace(/^\//, ""),
  running: State === "running" || State === "paused" || State === "restarting",
});

export const volumesOf = ({ Mounts }: ContainerInfo): string[] =>
  (Mounts ?? []).flatMap(({ Type, Name }) => (Type === "volume" && Name ? [Name] : []));

/** Ids and names of networks. A container that was never started has the name only. */
export const networksOf = ({ NetworkSettings, HostConfig }: ContainerInfo): string[] => [
  ...Object.entries(NetworkSettings?.Networks ?? {}).flatMap(([name, { NetworkID }]) => [name, NetworkID ?? ""]),
  HostConfig?.NetworkMode ?? "",
];
