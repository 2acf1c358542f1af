import type Docker from "dockerode";
import { removeContainer } from "./engine.ts";

/** Removes the containers, networks and volumes of Compose projects whose names start with a prefix. */
export async function removeProjects(docker: Docker, prefix: string): Promise<void> {
  const filters = { label: ["com.docker.compose.project"] };
  const isOurs = ({ Labels }: { Labels?: Record<string, string> | null }) =>
    Labels?.["com.docker.compose.project"]?.startsWith(prefix) === true;
  const containers = (await docker.listContainers({ all: true, filters })).filter(isOurs);
  await Promise.all(containers.map(({ Id }) => removeContainer(docker, Id)));
  const networks = (await docker.listNetworks({ filters })).filter(isOurs);
  await Promise.all(networks.map(({ Id }) => docker.getNetwork(Id).remove()));
  const { Volumes } = await docker.listVolumes({ filters });
  await Promise.all((Volumes ?? []).filter(isOurs).map(({ Name }) => docker.getVolume(Name).remove()));
}
