import type { InstallInput, InstallPreview, InstallProblem } from "../../../shared/protocol/catalogue.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import { toCreateDocument } from "../../services/container-plan.ts";
import type { CatalogueEntry } from "../entry.ts";
import { installProblems, installWarnings } from "../messages.ts";
import { holderOf, nextFreePort } from "./free-ports.ts";
import { checkAnswers, planInstall, refuseUnknown } from "./plan.ts";
import { toCommand, toCompose } from "./plan-texts.ts";
import { MASK, maskedSecrets } from "./secrets.ts";

export interface CheckedInstall {
  preview: InstallPreview;
  /** Host ports by the id of the port: those of the input, or the next free ones; null when not published. */
  hostPorts: Map<string, number | null>;
  /** Names of volumes that exist already. */
  existingVolumes: Set<string>;
}

/**
 * Describes what an installation would create on this host now, and the problems that prevent it. Changes nothing.
 * @param publicHost Name that the caller reached the server by.
 * @throws AppError `invalid_input` for a version, port or setting that the entry does not have; UnavailableError without an
 * Engine.
 */
export async function previewInstall(
  docker: DockerEngine,
  entry: CatalogueEntry,
  input: InstallInput,
  publicHost: string,
): Promise<CheckedInstall> {
  refuseUnknown(entry, input);
  const [services, networks, volumes] = await Promise.all([
    docker.list(),
    joinableNetworks(docker),
    docker.volumes.list(),
  ]);
  const hostAddress = input.publish === "public" ? "" : "127.0.0.1";
  const problems: InstallProblem[] = checkAnswers(entry, input);
  const hostPorts = await choosePorts(entry, input, hostAddress, services, problems);

  if (services.some(({ name }) => name === input.name)) {
    problems.push({ field: "name", message: installProblems.nameTaken });
  }
  const { network } = input;
  if (network.kind === "own" && networks.includes(input.name)) {
    problems.push({ field: "network", message: installProblems.networkTaken });
  }
  if (network.kind === "existing" && !networks.includes(network.name)) {
    problems.push({ field: "network", message: installProblems.noSuchNetwork });
  }

  const plan = planInstall(entry, input, { secrets: maskedSecrets(entry), mask: MASK, publicHost, hostPorts });
  const { container, ownNetwork, page } = plan;
  const existing = new Set(volumes.map(({ name }) => name));
  const existingVolumes = new Set(container.volumes.map(({ name }) => name).filter((name) => existing.has(name)));
  if (existingVolumes.size > 0 && !input.reuseVolumes) {
    problems.push({ field: "volumes", message: installProblems.volumesExist([...existingVolumes]) });
  }
  const preview: InstallPreview = {
    image: container.image,
    document: toCreateDocument(container),
    command: toCommand(container, ownNetwork),
    compose: toCompose(container, ownNetwork),
    page,
    problems,
    ports: entry.ports.map((port) => ({ ...port, hostPort: hostPorts.get(port.id) ?? null, hostAddress })),
    volumes: container.volumes.map((volume) => ({ ...volume, exists: existingVolumes.has(volume.name) })),
    network: { name: container.network, isNew: ownNetwork },
    warnings: warningsOf(entry, input, hostPorts, existingVolumes),
  };
  return { preview, hostPorts, existingVolumes };
}

/**
 * Describes an installation that nothing prevents now.
 *
 * @throws AppError `invalid_input` or `conflict` with the first problem of the preview; whatever `previewInstall` throws
 */
export async function requireInstallable(
  docker: DockerEngine,
  entry: CatalogueEntry,
  input: InstallInput,
  publicHost: string,
): Promise<CheckedInstall> {
  const checked = await previewInstall(docker, entry, input, publicHost);
  const [problem] = checked.preview.problems;
  if (problem) throw new AppError(isAboutInput(problem.field) ? "invalid_input" : "conflict", problem.message);
  return checked;
}

/** Chooses a host port for each port of an entry and adds the problems of ports that are in use. */
async function choosePorts(
  entry: CatalogueEntry,
  input: InstallInput,
  hostAddress: string,
  services: readonly Service[],
  problems: InstallProblem[],
): Promise<Map<string, number | null>> {
  const hostPorts = new Map<string, number | null>();
  const taken = new Set<string>();
  for (const { id, protocol, suggested, label } of entry.ports) {
    const requested = input.hostPorts[id];
    const request = { protocol, hostAddress };
    const hostPort =
      requested === undefined ? await nextFreePort({ ...request, hostPort: suggested }, services, taken) : requested;
    hostPorts.set(id, hostPort);
    if (hostPort === null) continue;
    const field = `hostPorts.${id}`;
    const holder = await holderOf({ ...request, hostPort }, services);
    if (taken.has(`${hostPort}/${protocol}`)) {
      problems.push({ field, message: installProblems.portTwice(hostPort) });
    } else if (holder !== undefined) {
      problems.push({ field, message: installProblems.portInUse(hostPort, label, holder) });
    }
    taken.add(`${hostPort}/${protocol}`);
  }
  return hostPorts;
}

/** Names of user-defined bridge networks, which a container can join; sorted. */
export const joinableNetworks = async ({ networks }: Pick<DockerEngine, "networks">): Promise<string[]> =>
  (await networks.list())
    .filter(({ driver, builtIn }) => driver === "bridge" && !builtIn)
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, "en"));

/** Whether a problem is about the input, not about what exists on the host. */
const isAboutInput = (field: string): boolean => /^(answers\.|memory$)/.test(field);

function warningsOf(
  entry: CatalogueEntry,
  { publish, network }: InstallInput,
  hostPorts: ReadonlyMap<string, number | null>,
  existingVolumes: ReadonlySet<string>,
): string[] {
  const warnings: string[] = [];
  const published = [...hostPorts.values()].filter((port) => port !== null);
  if (publish === "public" && published.length > 0) {
    warnings.push(installWarnings.public);
    if (!entry.environment.some(({ kind }) => kind === "secret")) {
      warnings.push(installWarnings.noPassword);
    }
  }
  if (published.length === 0 && entry.ports.length > 0 && network.kind === "bridge") {
    warnings.push(installWarnings.unreachable);
  }
  if (existingVolumes.size > 0) {
    warnings.push(installWarnings.reusedData);
  }
  return warnings;
}
