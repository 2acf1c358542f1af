import { isFault, judgeContainer, situationOf } from "../../../../../shared/health/container-status.ts";
import { countContainers } from "../../../../../shared/health/running.ts";
import type { PublishedPort, Service, ServiceUsage } from "../../../../../shared/protocol/service.ts";

export const serviceOrders = ["name", "state", "image", "cpu", "memory"] as const;
export type ServiceOrder = (typeof serviceOrders)[number];

export interface Sorting {
  order: ServiceOrder;
  descending: boolean;
}

/** Whether the order is by a metric: its first click sorts the highest value first. */
export const isMetric = (order: ServiceOrder): order is "cpu" | "memory" => order === "cpu" || order === "memory";

export interface ServiceGroup {
  /** Compose project; null for containers without one. */
  project: string | null;
  services: Service[];
  running: number;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Order by state: containers that need attention come first. */
function rank(service: Service): number {
  const isDown = isFault(judgeContainer(situationOf(service)));
  if (service.state === "restarting" || service.state === "removing") return 1;
  if (service.health === "unhealthy" || isDown) return 0;
  if (service.state === "running") return 2;
  if (service.state === "paused") return 3;
  return 4;
}

type Compare = (a: Service, b: Service) => number;

const orders: Record<Exclude<ServiceOrder, "cpu" | "memory">, Compare> = {
  name: (a, b) => collator.compare(a.name, b.name),
  state: (a, b) => rank(a) - rank(b),
  image: (a, b) => collator.compare(a.image, b.image),
};

/** Digits of an id that name a container, as in the output of Docker's own tools. */
const SHORT_ID = /^[0-9a-f]{12,64}$/;

/** The container of a name, an id or the beginning of an id. A name wins: it may look like the id of another container. */
export function findService(services: readonly Service[], wanted: string): Service | undefined {
  const named = services.find(({ name }) => name === wanted);
  if (named || !SHORT_ID.test(wanted)) return named;
  const matches = services.filter(({ id }) => id.startsWith(wanted));
  return matches.length === 1 ? matches[0] : undefined;
}

/** Texts that the filter of the list searches. */
export const searchTextsOf = (service: Service): string[] =>
  [service.name, service.image, service.composeProject, service.composeService, service.state, service.status].filter(
    (text) => typeof text === "string",
  );

export interface GroupOptions extends Sorting {
  usageOf: (service: Service) => ServiceUsage | undefined;
}

/**
 * Sorts and groups by Compose project. Projects are in order of their names, containers without one last; sorted by a
 * metric, a project is placed by the sum of its containers.
 */
export function toGroups(services: readonly Service[], { order, descending, usageOf }: GroupOptions): ServiceGroup[] {
  const sign = descending ? -1 : 1;
  const groups = groupByProject(services);
  if (isMetric(order)) return sortByMetric(groups, sign, (service) => usageMetric(usageOf(service), order));
  const compare = orders[order];
  for (const group of groups) group.services.sort((a, b) => sign * compare(a, b) || orders.name(a, b));
  return groups;
}

function groupByProject(services: readonly Service[]): ServiceGroup[] {
  const groups = Map.groupBy(services, ({ composeProject }) => composeProject);
  return [...groups]
    .sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : collator.compare(a, b)))
    .map(([project, members]) => ({ project, services: members, running: countContainers(members).running }));
}

const usageMetric = (usage: ServiceUsage | undefined, order: "cpu" | "memory"): number | undefined =>
  order === "cpu" ? usage?.cpuPercent : usage?.memoryBytes;

function sortByMetric(
  groups: ServiceGroup[],
  sign: number,
  metricOf: (service: Service) => number | undefined,
): ServiceGroup[] {
  const metrics = new Map<object, number>();
  for (const group of groups) {
    for (const service of group.services) {
      const metric = metricOf(service);
      if (metric === undefined) continue;
      metrics.set(service, metric);
      metrics.set(group, (metrics.get(group) ?? 0) + metric);
    }
  }
  // Without a metric a container uses nothing, or has not been measured yet: it comes last in both directions.
  const compare = (a: object, b: object) => {
    const [left, right] = [metrics.get(a), metrics.get(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right);
  };
  for (const group of groups) group.services.sort((a, b) => compare(a, b) || orders.name(a, b));
  return groups.sort(compare);
}

/** Ports as `8080→80`, `53→53/udp`, or `80` if unpublished; one entry for the IPv4 and IPv6 side of a port. */
export function portTexts(ports: readonly PublishedPort[]): string[] {
  const texts = ports.map(({ hostPort, containerPort, protocol }) => {
    const suffix = protocol === "tcp" ? "" : `/${protocol}`;
    return hostPort === undefined ? `${containerPort}${suffix}` : `${hostPort}→${containerPort}${suffix}`;
  });
  return [...new Set(texts)].sort(collator.compare);
}

/** Image reference without its digest; the first 12 digits of an image that is only an id. */
export const imageText = (image: string): string =>
  image.replace(/@sha256:[0-9a-f]+$/, "").replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, "$1");
