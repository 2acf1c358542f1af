import { isFault, judgeContainer, situationOf } from "../../../../shared/health/container-status.ts";
import { countContainers } from "../../../../shared/health/running.ts";
import type { PublishedPort, Service, ServiceUsage } from "../../../../shared/protocol/service.ts";

export const serviceOrders = ["name", "state", "image", "cpu", "memory"] as const;
export type ServiceOrder = (typeof serviceOrders)[number];

export interface Sorting {
  order: ServiceOrder;
  descending: boolean;
}

/** Orders by a figure: whoever picks one looks for the highest. */
export const isFigure = (order: ServiceOrder): order is "cpu" | "memory" => order === "cpu" || order === "memory";

export interface ServiceGroup {
  /** Compose project; null for containers of none. */
  project: string | null;
  services: Service[];
  running: number;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What needs attention comes first. */
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

const matches = (service: Service, wanted: string): boolean =>
  [service.name, service.image, service.composeProject, service.composeService, service.state, service.status].some(
    (text) => text?.toLowerCase().includes(wanted),
  );

export interface GroupOptions extends Sorting {
  filter: string;
  usageOf: (service: Service) => ServiceUsage | undefined;
}

/**
 * Filters, sorts and groups. Projects come by name, containers of none last; sorted by a figure, each project stands
 * where the sum of its containers puts it.
 */
export function toGroups(
  services: readonly Service[],
  { filter, order, descending, usageOf }: GroupOptions,
): ServiceGroup[] {
  const wanted = filter.trim().toLowerCase();
  const sign = descending ? -1 : 1;
  const groups = new Map<string | null, Service[]>();
  for (const service of services) {
    if (wanted !== "" && !matches(service, wanted)) continue;
    const group = groups.get(service.composeProject);
    if (group) group.push(service);
    else groups.set(service.composeProject, [service]);
  }
  const found = [...groups]
    .sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : collator.compare(a, b)))
    .map(([project, members]) => ({
      project,
      services: members,
      running: countContainers(members).running,
    }));
  if (!isFigure(order)) {
    const compare = orders[order];
    for (const group of found) group.services.sort((a, b) => sign * compare(a, b) || orders.name(a, b));
    return found;
  }
  const figures = new Map<object, number>();
  for (const group of found) {
    for (const service of group.services) {
      const usage = usageOf(service);
      if (!usage) continue;
      const figure = order === "cpu" ? usage.cpuPercent : usage.memoryBytes;
      figures.set(service, figure);
      figures.set(group, (figures.get(group) ?? 0) + figure);
    }
  }
  // What nothing is known of uses nothing, or has not been asked yet: it comes last either way.
  const compare = (a: object, b: object) => {
    const [left, right] = [figures.get(a), figures.get(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right);
  };
  for (const group of found) group.services.sort((a, b) => compare(a, b) || orders.name(a, b));
  return found.sort(compare);
}

/** `8080→80`, `53→53/udp`, `80` when it is not published; one entry for the IPv4 and IPv6 side of a port. */
export function portTexts(ports: readonly PublishedPort[]): string[] {
  const texts = ports.map(({ hostPort, containerPort, protocol }) => {
    const suffix = protocol === "tcp" ? "" : `/${protocol}`;
    return hostPort === undefined ? `${containerPort}${suffix}` : `${hostPort}→${containerPort}${suffix}`;
  });
  return [...new Set(texts)].sort(collator.compare);
}

/** The image without its digest, and without a registry nobody needs to read. */
export const imageText = (image: string): string =>
  image.replace(/@sha256:[0-9a-f]+$/, "").replace(/^sha256:([0-9a-f]{12})[0-9a-f]*$/, "$1");
