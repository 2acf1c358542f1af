import { type DockerHost, type DockerHostOptions, dockerHostOf } from "../../shared/docker/docker-host.ts";
import { createEngineCalls } from "../../shared/docker/engine-calls.ts";
import { createOwnLabels } from "../../shared/docker/own-labels.ts";
import { createDisk, type DockerDisk } from "../disk/disk.ts";
import { createImages, type DockerImages } from "../images/images.ts";
import { createNetworks, type DockerNetworks } from "../networks/networks.ts";
import { createLifecycle, type DockerLifecycle } from "../services/lifecycle.ts";
import { createProjects, type DockerProjects } from "../stacks/registry/projects.ts";
import type { RecreateJournal } from "../updates/recreate/recreate-journal.ts";
import { createVolumes, type DockerVolumes } from "../volumes/volumes.ts";

/** The Engine as the API uses it: the reads of both servers, and the resources that only the API changes. */
export interface DockerEngine extends DockerHost {
  images: DockerImages;
  volumes: DockerVolumes;
  networks: DockerNetworks;
  disk: DockerDisk;
  lifecycle: DockerLifecycle;
  projects: DockerProjects;
}

export interface DockerEngineOptions extends DockerHostOptions {
  /** Stores the steps of each recreate, so that an interrupted one is recovered. Without it none is. */
  recreateJournal?: RecreateJournal;
}

export function createDockerEngine({ dockerHost, callLimitMs, recreateJournal }: DockerEngineOptions): DockerEngine {
  const calls = createEngineCalls(dockerHost, callLimitMs);
  const ownLabels = createOwnLabels(calls);
  return {
    ...dockerHostOf(calls, ownLabels),
    images: createImages(calls),
    volumes: createVolumes(calls),
    networks: createNetworks(calls),
    disk: createDisk(calls),
    lifecycle: createLifecycle(calls, recreateJournal),
    projects: createProjects(calls, ownLabels),
  };
}
