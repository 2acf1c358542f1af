import type { PublishedPort, Service } from "../../../../shared/protocol/service.ts";

export const serviceOrders = ["name", "state", "image", "created"] as const;
export type ServiceOrder = (typeof serviceOrders)[number];

export interface ServiceGroup {
  /** Compose project; null for containers of none. */
  project: string | null;
  services: Service[];
  running: number;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** What needs attention comes first. */
function rank(service: Service): number {
  if (service.health === "unhealthy" || service.state === "dead") return 0;
  if (service.state === "restarting" || service.state === "removing") return 1;
  if (service.state === "running") return 2;
  if (service.state === "paused") return 3;
  return 4;
}

const orders: Record<ServiceOrder, (a: Service, b: Service) => number> = {
  name: (a, b) => collator.compare(a.name, b.name),
  state: (a, b) => rank(a) - rank(b),
  image: (a, b) => collator.compare(a.image, b.image),
  created: (a, b) => b.createdAt.localeCompare(a.createdAt),
};

const matches = (service: Service, wanted: string): boolean =>
  [service.name, service.image, service.composeProject, service.composeService, service.state, service.status].some(
    (text) => text?.toLowerCase().includes(wanted),
  );

/** Filters, sorts and groups; projects come by name, containers of none last. */
export function toGroups(
  services: readonly Service[],
  options: { filter: string; order: ServiceOrder; descending: boolean },
): ServiceGroup[] {
  const wanted = options.filter.trim().toLowerCase();
  const sign = options.descending ? -1 : 1;
  const compare = orders[options.order];
  const groups = new Map<string | null, Service[]>();
  for (const service of services) {
    if (wanted !== "" && !matches(service, wanted)) continue;
    const group = groups.get(service.composeProject);
    if (group) group.push(service);
    else groups.set(service.composeProject, [service]);
  }
  return [...groups]
    .sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : collator.compare(a, b)))
    .map(([project, members]) => ({
      project,
      services: members.sort((a, b) => sign * compare(a, b) || orders.name(a, b)),
      running: members.filter(({ state }) => state === "running").length,
    }));
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
