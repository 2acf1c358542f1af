import { eachAtOnce } from "../../../shared/server/async/each-at-once.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { JobHandle } from "../../jobs/jobs.ts";
import { jobLines, listNames, stackErrors } from "../messages.ts";
import type { ProjectContainer } from "../registry/projects.ts";
import { startOrder } from "./start-order.ts";

export type ContainerVerb = "start" | "stop" | "restart" | "down";

export interface ContainerJobOptions {
  /** Also remove the project's volumes; for `down`. */
  volumes?: boolean;
}

interface ContainerRun {
  handle: JobHandle;
  /** By name of the container. */
  refusals: Map<string, AppError>;
}

const isStopped = ({ service: { state } }: ProjectContainer): boolean => state === "exited" || state === "created";

/** Containers that are started or stopped at the same time. */
const MAX_CONCURRENT = 8;

/**
 * Starts, stops, restarts or takes down a project by its containers alone, when its files cannot be reached. What others need
 * starts first and stops last.
 */
export function createContainerJobs(
  docker: Pick<DockerEngine, "projects" | "act" | "remove" | "networks" | "volumes">,
) {
  const containersOf = async (name: string): Promise<ProjectContainer[]> =>
    (await docker.projects.containers())
      .filter(({ project }) => project === name)
      .sort((a, b) => a.service.createdAt.localeCompare(b.service.createdAt));

  /** Acts on a group at the same time. A refusal of one container does not keep the others from it. */
  const actOnGroup = async (
    group: readonly ProjectContainer[],
    { verb, during, done }: { verb: "start" | "stop"; during: string; done: string },
    { handle, refusals }: ContainerRun,
  ) =>
    eachAtOnce(group, MAX_CONCURRENT, async ({ service: { id, name } }) => {
      handle.signal.throwIfAborted();
      handle.step({ id: name, label: name, state: during });
      try {
        await unlessGone(docker.act(id, verb));
        handle.step({ id: name, label: name, state: done });
      } catch (error) {
        if (!(error instanceof AppError) || handle.signal.aborted) throw error;
        refusals.set(name, error);
        handle.step({ id: name, label: name, state: "failed" });
        handle.line(`${name}: ${error.message}`);
      }
    });

  const stopAll = async (containers: readonly ProjectContainer[], run: ContainerRun) => {
    for (const group of startOrder(containers).reverse()) {
      const waiting = group.filter(({ service: { state } }) => state !== "exited" && state !== "created");
      await actOnGroup(waiting.reverse(), { verb: "stop", during: "stopping", done: "stopped" }, run);
    }
  };

  const startAll = async (
    containers: readonly ProjectContainer[],
    done: "started" | "restarted",
    run: ContainerRun,
  ) => {
    for (const group of startOrder(containers)) {
      await actOnGroup(group, { verb: "start", during: "starting", done }, run);
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
     * @throws AppError for refusals by the Engine, once all containers had their turn; the reason of the job's signal when
     * cancelled.
     */
    async run(name: string, verb: ContainerVerb, { volumes = false }: ContainerJobOptions, handle: JobHandle) {
      const containers = await containersOf(name);
      const run: ContainerRun = { handle, refusals: new Map() };
      if (verb !== "start") await stopAll(containers, run);
      // Like Compose, a restart also starts stopped containers.
      if (verb === "restart") await startAll(containers, "restarted", run);
      if (verb === "start") await startAll(containers.filter(isStopped), "started", run);
      if (verb === "down") await removeAll(name, containers, volumes, handle);
      const left = await containersOf(name);
      for (const { service } of left) handle.line(`${service.name}: ${service.status || service.state}`);
      if (verb === "down" && left.length === 0) handle.line(jobLines.noContainerLeft);
      const [first] = run.refusals.values();
      if (first && verb !== "down") {
        const sentence = stackErrors.refused(listNames([...run.refusals.keys()]), first.message);
        throw new AppError(first.code, sentence, { cause: first.cause });
      }
    },
  };
}

/** Ignores that a container, network or volume was removed in the meantime. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
  });
}
