import type { ContainerInfo } from "dockerode";
import { toService } from "../../../shared/docker/container-views.ts";
import type { EngineCalls } from "../../../shared/docker/engine-calls.ts";
import { toEngineList } from "../../../shared/docker/engine-responses.ts";
import type { OwnLabels } from "../../../shared/docker/own-labels.ts";
import type { Service } from "../../../shared/protocol/service.ts";

/** A container that Compose made, with what Compose noted on it. All of it is text anybody can set on a container. */
export interface ProjectContainer {
  service: Service;
  project: string;
  composeService: string;
  /** Absolute on the host Compose ran on; empty when not noted, or only by the container's image. */
  workingDir: string;
  /** As Compose was given them: absolute, or relative to the working folder. */
  configFiles: string[];
}

export interface DockerProjects {
  /** Containers of all compose projects, those of `run` left out. Within 5 s; throws what the Docker host throws. */
  containers(): Promise<ProjectContainer[]>;
}

const label = (name: string) => `com.docker.compose.${name}`;
/** A project of more files than this is shown without the others. */
const FILES_MAX = 16;

export function createProjects({ call }: Pick<EngineCalls, "call">, ownLabels: OwnLabels): DockerProjects {
  return {
    async containers() {
      const filters = JSON.stringify({ label: [label("project")] });
      const list = await call({ method: "GET", path: "/containers/json", query: { all: 1, filters } });
      const named = toEngineList<ContainerInfo>(list).filter(
        ({ Labels = {} }) => Labels[label("project")] && !/^true$/i.test(Labels[label("oneoff")] ?? ""),
      );
      const ownOf = await ownLabels.read(named);
      return named.flatMap((info) => {
        const own = ownOf(info);
        // Compose names the project on images it builds, too; with the configuration's hash it marks containers only.
        if (own && own[label("project")] === undefined && own[label("config-hash")] === undefined) return [];
        return {
          service: toService(info),
          project: info.Labels[label("project")] ?? "",
          composeService: info.Labels[label("service")] ?? "",
          workingDir: own?.[label("project.working_dir")] ?? "",
          configFiles: (own?.[label("project.config_files")] ?? "").split(",").filter(Boolean).slice(0, FILES_MAX),
        };
      });
    },
  };
}
