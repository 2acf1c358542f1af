import type { Credential, InstallInput, InstallProblem } from "../../../shared/protocol/catalogue.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { ContainerPlan } from "../../updates/create.ts";
import { type CatalogueEntry, droppedCapabilities } from "../entry.ts";
import { matches } from "../entry-faults.ts";
import { fill, type TemplateValues } from "../template.ts";

/** Names the entry a container, volume or network was made from. */
export const CATALOGUE_LABEL = "ai-desktop.catalogue";

export interface PlanOptions {
  /** Values of the entry's secrets, or what stands for them. */
  secrets: ReadonlyMap<string, string>;
  /** Replaces the answers to secret questions too, when it is given. */
  mask?: string;
  /** What the service is reached at from outside, when it is published there. */
  publicHost: string;
  /** By the id of the port; every port of the entry is in it. */
  hostPorts: ReadonlyMap<string, number | null>;
}

export interface InstallPlan {
  container: ContainerPlan;
  /** Whether a network of the container's name is to be made. */
  ownNetwork: boolean;
  credentials: Credential[];
  /** Values that must be seen by nobody else. */
  secretValues: string[];
  page: string | null;
}

const MIB = 1024 * 1024;

/** Throws `invalid_input` for what the entry does not know: a tag, a port, a variable. */
export function refuseUnknown(entry: CatalogueEntry, input: InstallInput): void {
  const refuse = (text: string) => new AppError("invalid_input", text);
  if (!entry.tags.some(({ tag }) => tag === input.tag)) throw refuse("The entry does not offer this version.");
  for (const id of Object.keys(input.hostPorts)) {
    if (!entry.ports.some((port) => port.id === id)) throw refuse("The entry has no such port.");
  }
  const asked = promptsOf(entry);
  for (const name of Object.keys(input.answers)) {
    if (!asked.some((question) => question.name === name)) throw refuse("The entry does not ask for this.");
  }
}

/** Answers that do not fit, and a limit too small to be of use. */
export function checkAnswers(entry: CatalogueEntry, input: InstallInput): InstallProblem[] {
  const problems: InstallProblem[] = [];
  for (const { name, label, pattern, default: usual } of promptsOf(entry)) {
    const answer = input.answers[name] ?? usual;
    if (/\p{Cc}/u.test(answer) || !matches(pattern, answer)) {
      problems.push({
        field: `answers.${name}`,
        message: answer === "" ? `${label} is needed.` : `${label} does not have the form it needs.`,
      });
    }
  }
  if (input.memory !== null && input.memory < entry.memory) {
    problems.push({ field: "memory", message: `${entry.name} needs ${entry.memory} MiB at least.` });
  }
  return problems;
}

/** All of what is to be made, from an entry and what was asked for. Makes nothing and asks nobody. */
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
  // Reached by its name and its own port where it is not published.
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
    // A variable without a value is not set: images take an empty one for an answer.
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

/** Failed checks do not count while it may still be starting. */
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
