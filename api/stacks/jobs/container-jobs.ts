import { eachAtOnce } from "../../../shared/server/async/each-at-once.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { JobHandle } from "../../jobs/jobs.ts";
import { jobLines } from "../messages.ts";
import type { ProjectContainer } from "../registry/projects.ts";

export type ContainerVerb = "stop" | "restart" | "down";

export interface ContainerJobOptions {
  /** Also remove the project's volumes; for `down`. */
  volumes?: boolean;
}

/** Containers that are stopped at the same time. */
const MAX_CONCURRENT = 8;

/**
 * Stops, restarts or takes down a project by its containers alone, when its files cannot be reached. The newest container
 * stops first and the oldest starts first, since Compose creates dependencies first.
 */
export function createContainerJobs(
  docker: Pick<DockerEngine, "projects" | "act" | "remove" | "networks" | "volumes">,
) {
  const containersOf = async (name: string): Promise<ProjectContainer[]> =>
    (await docker.projects.containers())
      .filter(({ project }) => project === name)
      .sort((a, b) => a.service.createdAt.localeCompare(b.service.createdAt));

  const stopAll = async (containers: readonly ProjectContainer[], handle: JobHandle) => {
    const waiting = containers.filter(({ service }) => service.state !== "exited" && service.state !== "created");
    waiting.reverse();
    await eachAtOnce(waiting, MAX_CONCURRENT, async ({ service: { id, name } }) => {
      handle.signal.throwIfAborted();
      handle.step({ id: name, label: name, state: "stopping" });
      await unlessGone(docker.act(id, "stop"));
      handle.step({ id: name, label: name, state: "stopped" });
    });
  };

  const startAll = async (containers: readonly ProjectContainer[], handle: JobHandle) => {
    for (const { service } of containers) {
      handle.signal.throwIfAborted();
      handle.step({ id: service.name, label: service.name, state: "starting" });
      await unlessGone(docker.act(service.id, "start"));
      handle.step({ id: service.name, label: service.name, state: "restarted" });
    }
  };

  const removeAll = async (
    name: string,
    containers: readonly ProjectContainer[],
    volumes: boolean,
    handle: JobHandle,
  ) => {
    for (const { service } of [...containers].reverse()) {
      handle.signal.throwIfAborted();
      await unlessGone(docker.remove(service.id, { force: true, volumes }));
      handle.step({ id: service.name, label: service.name, state: "removed" });
    }
    for (const network of await docker.networks.list()) {
      if (network.composeProject !== name) continue;
      if (network.usedBy.length > 0) {
        handle.line(jobLines.networkInUse(network.name));
        continue;
      }
      await unlessGone(docker.networks.remove(network.id));
      handle.step({ id: `Network ${network.name}`, label: `Network ${network.name}`, state: "removed" });
    }
    if (!volumes) return;
    for (const volume of await docker.volumes.list()) {
      if (volume.composeProject !== name) continue;
      await unlessGone(docker.volumes.remove(volume.name));
      handle.step({ id: `Volume ${volume.name}`, label: `Volume ${volume.name}`, state: "removed" });
    }
  };

  return {
    /**
     * Acts on every container of a project and reports each state at the end.
     * @throws AppError for a refusal by the Engine; the reason of the job's signal when cancelled.
     */
    async run(name: string, verb: ContainerVerb, { volumes = false }: ContainerJobOptions, handle: JobHandle) {
      const containers = await containersOf(name);
      await stopAll(containers, handle);
      // Like Compose, a restart also starts stopped containers.
      if (verb === "restart") await startAll(containers, handle);
      if (verb === "down") await removeAll(name, containers, volumes, handle);
      const left = await containersOf(name);
      for (const { service } of left) handle.line(`${service.name}: ${service.status || service.state}`);
      if (verb === "down" && left.length === 0) handle.line(jobLines.noContainerLeft);
    },
  };
}

/** Ignores that a container, network or volume was removed in the meantime. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
  });
}
