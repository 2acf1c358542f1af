import type { ContainerInfo } from "dockerode";
import { toService } from "../../../shared/docker/container-views.ts";
import type { EngineCalls } from "../../../shared/docker/engine-calls.ts";
import { toEngineList } from "../../../shared/docker/engine-responses.ts";
import type { OwnLabels } from "../../../shared/docker/own-labels.ts";
import type { Service } from "../../../shared/protocol/service.ts";

/** A container of a compose project and its labels. Any program can set these labels: they are not trusted. */
export interface ProjectContainer {
  service: Service;
  project: string;
  composeService: string;
  /** Absolute path on the host Compose ran on; empty when only the container's image has the label, or nothing does. */
  workingDir: string;
  /** As Compose received them: absolute, or relative to the working folder. */
  configFiles: string[];
  /** Names of the services that this one needs, as Compose wrote them. */
  dependsOn: string[];
}

export interface DockerProjects {
  /**
   * Containers of all compose projects except those of `docker compose run`. Takes at most 5 s.
   * @throws UnavailableError when the Engine does not respond.
   */
  containers(): Promise<ProjectContainer[]>;
}

const label = (name: string) => `com.docker.compose.${name}`;
/** Files of one project that are read; further ones are left out. */
const MAX_FILES = 16;
const MAX_DEPENDENCIES = 100;

/** Reads `db:service_healthy:true,cache:service_started:false`. */
const dependenciesIn = (text: string): string[] =>
  text
    .split(",")
    .slice(0, MAX_DEPENDENCIES)
    .flatMap((part) => part.split(":", 1)[0] || []);

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
        // Compose labels the images it builds with the project too, but only containers with the configuration hash.
        if (own && own[label("project")] === undefined && own[label("config-hash")] === undefined) return [];
        return {
          service: toService(info),
          project: info.Labels[label("project")] ?? "",
          composeService: info.Labels[label("service")] ?? "",
          workingDir: own?.[label("project.working_dir")] ?? "",
          configFiles: (own?.[label("project.config_files")] ?? "").split(",").filter(Boolean).slice(0, MAX_FILES),
          dependsOn: dependenciesIn(info.Labels[label("depends_on")] ?? ""),
        };
      });
    },
  };
}
