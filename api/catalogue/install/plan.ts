import type { Credential, InstallInput, InstallProblem } from "../../../shared/protocol/catalogue.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { ContainerPlan } from "../../services/container-plan.ts";
import { type CatalogueEntry, droppedCapabilities } from "../entry.ts";
import { matches } from "../entry-faults.ts";
import { catalogueErrors, installProblems } from "../messages.ts";
import { fill, type TemplateValues } from "../template.ts";

/** Label with the id of the entry that a container, volume or network was created from. */
export const CATALOGUE_LABEL = "ai-desktop.catalogue";

export interface PlanOptions {
  /** Values of the entry's secrets, or masks. */
  secrets: ReadonlyMap<string, string>;
  /** Also replaces answers to secret prompts, if given. */
  mask?: string;
  /** Host name of publicly published ports. */
  publicHost: string;
  /** Host port by the id of the port, for every port of the entry; null when it is not published. */
  hostPorts: ReadonlyMap<string, number | null>;
}

export interface InstallPlan {
  container: ContainerPlan;
  /** True when a network with the container's name is created. */
  ownNetwork: boolean;
  credentials: Credential[];
  /** Values that must be masked in output. */
  secretValues: string[];
  page: string | null;
}

const MIB = 1024 * 1024;

/** @throws AppError `invalid_input` for a tag, port or variable that the entry does not have. */
export function refuseUnknown(entry: CatalogueEntry, input: InstallInput): void {
  const refuse = (text: string) => new AppError("invalid_input", text);
  if (!entry.tags.some(({ tag }) => tag === input.tag)) throw refuse(catalogueErrors.noSuchVersion);
  for (const id of Object.keys(input.hostPorts)) {
    if (!entry.ports.some((port) => port.id === id)) throw refuse(catalogueErrors.noSuchPort);
  }
  const prompts = promptsOf(entry);
  for (const name of Object.keys(input.answers)) {
    if (!prompts.some((prompt) => prompt.name === name)) throw refuse(catalogueErrors.noSuchPrompt);
  }
}

/** Problems of the answers, and of a memory limit below the entry's minimum. */
export function checkAnswers(entry: CatalogueEntry, input: InstallInput): InstallProblem[] {
  const problems: InstallProblem[] = [];
  for (const { name, label, pattern, default: defaultAnswer } of promptsOf(entry)) {
    const answer = input.answers[name] ?? defaultAnswer;
    if (/\p{Cc}/u.test(answer) || !matches(pattern, answer)) {
      problems.push({
        field: `answers.${name}`,
        message: answer === "" ? installProblems.missing(label) : installProblems.invalid(label),
      });
    }
  }
  if (input.memory !== null && input.memory < entry.memory) {
    problems.push({ field: "memory", message: installProblems.tooLittleMemory(entry.name, entry.memory) });
  }
  return problems;
}

/** Describes the container, network and credentials of an installation. A pure function: creates nothing. */
export function planInstall(entry: CatalogueEntry, input: InstallInput, options: PlanOptions): InstallPlan {
  const { secrets, hostPorts, publicHost, mask } = options;
  const isPublic = input.publish === "public";
  const environment = new Map<string, string>();
  const internal = new Set<string>();
  const secretValues = [...secrets.values()];
  for (const variable of entry.environment) {
    if (variable.kind === "fixed") environment.set(variable.name, variable.value);
    if (variable.kind === "secret") environment.set(variable.name, secrets.get(variable.name) ?? "");
    if (variable.kind === "asked") {
      const answer = input.answers[variable.name] ?? variable.default;
      if (variable.secret && answer !== "") secretValues.push(answer);
      environment.set(variable.name, variable.secret && mask !== undefined && answer !== "" ? mask : answer);
    }
  }
  // A port that is not published is reached by the container's name and its own port.
  const published = (id: string) => typeof hostPorts.get(id) === "number";
  const valuesFor = (template: string): TemplateValues => {
    const used = entry.ports.filter(({ id }) => template.includes(`{port:${id}}`));
    const isInside = used.length > 0 && used.every(({ id }) => !published(id));
    return {
      name: input.name,
      host: isInside ? input.name : isPublic ? publicHost : "127.0.0.1",
      ports: new Map(entry.ports.map(({ id, container }) => [id, hostPorts.get(id) ?? container])),
      environment,
    };
  };
  for (const variable of entry.environment) {
    if (variable.kind === "derived")
      environment.set(variable.name, fill(variable.template, valuesFor(variable.template)));
  }
  for (const variable of entry.environment) {
    if ((variable.kind === "secret" || variable.kind === "asked") && variable.internal) internal.add(variable.name);
  }
  const paths = entry.tags.find(({ tag }) => tag === input.tag)?.paths ?? {};
  const { page } = entry;
  const pageTemplate = page && `${page.scheme}://{host}:{port:${page.port}}${page.path}`;
  const container: ContainerPlan = {
    name: input.name,
    image: `${entry.image}:${input.tag}`,
    // Variables without a value are left out: images treat an empty one as an answer.
    environment: [...environment].filter(([name, value]) => value !== "" && !internal.has(name)),
    labels: { [CATALOGUE_LABEL]: entry.id },
    command: entry.command,
    entrypoint: entry.entrypoint,
    hostname: entry.hostname,
    ports: entry.ports.map(({ id, container, protocol }) => ({
      container,
      protocol,
      hostPort: hostPorts.get(id) ?? null,
      hostAddress: isPublic ? ("" as const) : ("127.0.0.1" as const),
    })),
    volumes: entry.volumes.map(({ id, path }) => ({ name: `${input.name}-${id}`, path: paths[id] ?? path })),
    network: networkOf(input),
    health: toHealth(entry),
    stopSeconds: entry.stopSeconds,
    memory: input.memory === null ? undefined : input.memory * MIB,
    sharedMemory: entry.sharedMemory === undefined ? undefined : entry.sharedMemory * MIB,
    pids: entry.pids,
    openFiles: entry.openFiles,
    dropCapabilities: droppedCapabilities.filter((name) => !entry.keepCapabilities.includes(name)),
  };
  return {
    container,
    ownNetwork: input.network.kind === "own",
    credentials: entry.credentials.map(({ label, value, secret }) => ({
      label,
      secret,
      value: fill(value, valuesFor(value)),
    })),
    secretValues,
    page: page && pageTemplate && published(page.port) ? fill(pageTemplate, valuesFor(pageTemplate)) : null,
  };
}

export const promptsOf = (entry: CatalogueEntry) => entry.environment.filter((variable) => variable.kind === "asked");

const networkOf = ({ network, name }: InstallInput): string =>
  network.kind === "own" ? name : network.kind === "existing" ? network.name : "bridge";

/** Failed checks do not count during the start period. */
const toHealth = ({ health, startSeconds }: CatalogueEntry): ContainerPlan["health"] =>
  health === null || health === "image"
    ? undefined
    : {
        test: health.test,
        intervalSeconds: health.intervalSeconds,
        timeoutSeconds: health.timeoutSeconds,
        retries: health.retries,
        startSeconds,
      };
