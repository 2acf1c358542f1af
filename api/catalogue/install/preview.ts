import type { InstallInput, InstallPreview, InstallProblem } from "../../../shared/protocol/catalogue.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import { toCreateDocument } from "../../updates/create.ts";
import type { CatalogueEntry } from "../entry.ts";
import { holderOf, nextFreePort } from "./free-ports.ts";
import { checkAnswers, planInstall, refuseUnknown } from "./plan.ts";
import { toCommand, toCompose } from "./plan-texts.ts";
import { MASK, maskedSecrets } from "./secrets.ts";

export interface Examined {
  preview: InstallPreview;
  /** Ports of the host, chosen or found free. */
  hostPorts: Map<string, number | null>;
  /** Volumes of these names that are there already. */
  existingVolumes: Set<string>;
}

/** What an installation would make of this host as it is now, and what stands in its way. Changes nothing. */
export async function previewInstall(
  docker: DockerEngine,
  entry: CatalogueEntry,
  input: InstallInput,
  publicHost: string,
): Promise<Examined> {
  refuseUnknown(entry, input);
  const [services, networks, volumes] = await Promise.all([
    docker.list(),
    joinableNetworks(docker),
    docker.volumes.list(),
  ]);
  const hostAddress = input.publish === "public" ? "" : "127.0.0.1";
  const problems: InstallProblem[] = checkAnswers(entry, input);

  const hostPorts = new Map<string, number | null>();
  const taken = new Set<string>();
  for (const { id, protocol, suggested, label } of entry.ports) {
    const wanted = input.hostPorts[id];
    const asked = { protocol, hostAddress };
    const hostPort =
      wanted === undefined ? await nextFreePort({ ...asked, hostPort: suggested }, services, taken) : wanted;
    hostPorts.set(id, hostPort);
    if (hostPort === null) continue;
    const field = `hostPorts.${id}`;
    const holder = await holderOf({ ...asked, hostPort }, services);
    if (taken.has(`${hostPort}/${protocol}`)) {
      problems.push({ field, message: `Port ${hostPort} is chosen twice.` });
    } else if (holder !== undefined) {
      const by = holder === "" ? "by a program of this host" : `by the container ${holder}`;
      problems.push({ field, message: `Port ${hostPort} for ${label} is in use ${by}.` });
    }
    taken.add(`${hostPort}/${protocol}`);
  }

  if (services.some(({ name }) => name === input.name)) {
    problems.push({ field: "name", message: "A container of this name exists already." });
  }
  const { network } = input;
  if (network.kind === "own" && networks.includes(input.name)) {
    problems.push({ field: "network", message: "A network of this name exists already; choose it from the list." });
  }
  if (network.kind === "existing" && !networks.includes(network.name)) {
    problems.push({ field: "network", message: "There is no such network." });
  }

  const plan = planInstall(entry, input, { secrets: maskedSecrets(entry), mask: MASK, publicHost, hostPorts });
  const { container, ownNetwork, page } = plan;
  const isThere = new Set(volumes.map(({ name }) => name));
  const existingVolumes = new Set(container.volumes.map(({ name }) => name).filter((name) => isThere.has(name)));
  if (existingVolumes.size > 0 && !input.reuseVolumes) {
    const message = `The volume ${[...existingVolumes].join(", ")} exists already, with data of before in it.`;
    problems.push({ field: "volumes", message });
  }
  const { command, compose } = {
    command: toCommand(container, ownNetwork),
    compose: toCompose(container, ownNetwork),
  };
  const preview: InstallPreview = {
    image: container.image,
    document: toCreateDocument(container),
    command,
    compose,
    page,
    problems,
    ports: entry.ports.map((port) => ({ ...port, hostPort: hostPorts.get(port.id) ?? null, hostAddress })),
    volumes: container.volumes.map((volume) => ({ ...volume, exists: existingVolumes.has(volume.name) })),
    network: { name: container.network, isNew: ownNetwork },
    warnings: warningsOf(entry, input, hostPorts, existingVolumes),
  };
  return { preview, hostPorts, existingVolumes };
}

/** Names of bridge networks made by somebody, sorted: those a container can be put into. */
export const joinableNetworks = async ({ networks }: Pick<DockerEngine, "networks">): Promise<string[]> =>
  (await networks.list())
    .filter(({ driver, builtIn }) => driver === "bridge" && !builtIn)
    .map(({ name }) => name)
    .sort((a, b) => a.localeCompare(b, "en"));

/** Whether a problem lies in what was sent, and not in what this host has already. */
export const isAboutInput = (field: string): boolean => /^(answers\.|memory$)/.test(field);

function warningsOf(
  entry: CatalogueEntry,
  { publish, network }: InstallInput,
  hostPorts: ReadonlyMap<string, number | null>,
  existingVolumes: ReadonlySet<string>,
): string[] {
  const warnings: string[] = [];
  const published = [...hostPorts.values()].filter((port) => port !== null);
  if (publish === "public" && published.length > 0) {
    warnings.push(
      "It can be reached from everywhere: Docker opens these ports past firewalls such as ufw, and what is sent is not encrypted.",
    );
    if (!entry.environment.some(({ kind }) => kind === "secret")) {
      warnings.push("No password is set for it from the start: whoever comes first may be let in.");
    }
  }
  if (published.length === 0 && entry.ports.length > 0 && network.kind === "bridge") {
    warnings.push("No port is published, and in Docker's own network it has no name: little can reach it.");
  }
  if (existingVolumes.size > 0) {
    warnings.push("Data of before is used: passwords set at its first start stay valid, those made now may not be.");
  }
  return warnings;
}
