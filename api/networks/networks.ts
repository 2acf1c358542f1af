import type { NetworkInspectInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { notAnEngine, toEngineList, toMadeId } from "../../shared/docker/engine-responses.ts";
import { maskLabels } from "../../shared/logs/masking.ts";
import type { ContainerUse } from "../../shared/protocol/image.ts";
import { type CreateNetwork, type Network, type NetworkDetail, networkRef } from "../../shared/protocol/network.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers, networksOf, usesBy } from "../docker/container-uses.ts";
import { createResourceCalls } from "../docker/resource-calls.ts";

/** Networks of the Engine, by exact name or full id. Throws `AppError` as the volumes do. */
export interface DockerNetworks {
  list(): Promise<Network[]>;
  detail(ref: string): Promise<NetworkDetail>;
  create(options: CreateNetwork): Promise<NetworkDetail>;
  /** Never one that a container belongs to, stopped ones included: those could not start again. */
  remove(ref: string): Promise<void>;
  connect(ref: string, containerId: string, options: { aliases: string[] }): Promise<void>;
  disconnect(ref: string, containerId: string, options: { force: boolean }): Promise<void>;
}

const CHANGE_LIMIT_MS = 15_000;

export function createNetworks(calls: EngineCalls): DockerNetworks {
  const { call } = createResourceCalls(calls, {
    thing: "network",
    inUse: "The network is in use by a container, or does not allow this; disconnect its containers first.",
  });
  const inspect = async (ref: string): Promise<RawNetwork> => {
    const info = (await call({ method: "GET", path: networkPath(ref) })) as RawNetwork;
    // The Engine also takes the beginning of an id for the whole.
    if (typeof info?.Id !== "string") throw notAnEngine();
    if (info.Id !== ref && info.Name !== ref) throw new AppError("not_found", "There is no such network.");
    return info;
  };
  const usesOf = async () => usesBy(await listContainers(calls), networksOf);
  const detail = async (ref: string): Promise<NetworkDetail> => {
    const [info, uses] = await Promise.all([inspect(ref), usesOf()]);
    return toNetworkDetail(info, usersOf(info, uses));
  };
  return {
    async list() {
      const [networks, uses] = await Promise.all([
        calls.call({ method: "GET", path: "/networks" }).then(toEngineList<RawNetwork>),
        usesOf(),
      ]);
      return networks.map((info) => toNetwork(info, usersOf(info, uses)));
    },
    detail,
    async create({ name, internal, subnet, gateway, labels }) {
      const config = subnet === undefined ? [] : [{ Subnet: subnet, ...(gateway ? { Gateway: gateway } : {}) }];
      const body = {
        Name: name,
        CheckDuplicate: true,
        Driver: "bridge",
        Internal: internal,
        Labels: labels,
        EnableIPv6: subnet?.includes(":") ?? false,
        IPAM: { Driver: "default", Config: config },
      };
      return detail(toMadeId(await call({ method: "POST", path: "/networks/create", body }, CHANGE_LIMIT_MS)));
    },
    async remove(ref) {
      const info = await detail(ref);
      if (info.builtIn) throw new AppError("conflict", "This network belongs to the Docker Engine and cannot go.");
      if (info.usedBy.length > 0) {
        throw new AppError("conflict", "The network is in use by a container; disconnect or remove that first.");
      }
      await call({ method: "DELETE", path: networkPath(info.id) }, CHANGE_LIMIT_MS);
    },
    async connect(ref, containerId, { aliases }) {
      const { Id } = await inspect(ref);
      const body = { Container: containerId, EndpointConfig: { Aliases: aliases } };
      await call({ method: "POST", path: networkPath(Id, "connect"), body }, CHANGE_LIMIT_MS);
    },
    async disconnect(ref, containerId, { force }) {
      const { Id } = await inspect(ref);
      const body = { Container: containerId, Force: force };
      await call({ method: "POST", path: networkPath(Id, "disconnect"), body }, CHANGE_LIMIT_MS);
    },
  };
}

type RawNetwork = NetworkInspectInfo;

function networkPath(ref: string, rest?: string): string {
  const parsed = networkRef.safeParse(ref);
  if (!parsed.success) throw new AppError("invalid_input", "This is not the name or id of a network.");
  return ["/networks", encodeURIComponent(parsed.data), ...(rest ? [rest] : [])].join("/");
}

const builtInNames = new Set(["bridge", "host", "none"]);

/** A container that has not run yet knows its network by name only. */
const usersOf = ({ Id, Name }: RawNetwork, uses: Map<string, ContainerUse[]>): ContainerUse[] => {
  const all = [...(uses.get(Id) ?? []), ...(uses.get(Name) ?? [])];
  return [...new Map(all.map((use) => [use.id, use])).values()];
};

const toNetwork = (info: RawNetwork, usedBy: ContainerUse[]): Network => ({
  id: info.Id,
  name: info.Name,
  driver: info.Driver,
  scope: info.Scope,
  internal: info.Internal,
  builtIn: builtInNames.has(info.Name) || info.Ingress,
  subnets: (info.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet ? [Subnet] : [])),
  composeProject: info.Labels?.["com.docker.compose.project"] ?? null,
  createdAt: new Date(info.Created).toISOString(),
  usedBy,
});

const toNetworkDetail = (info: RawNetwork, usedBy: ContainerUse[]): NetworkDetail => ({
  ...toNetwork(info, usedBy),
  ipv6: info.EnableIPv6,
  attachable: info.Attachable,
  gateways: (info.IPAM?.Config ?? []).flatMap(({ Gateway }) => (Gateway ? [Gateway] : [])),
  labels: maskLabels(info.Labels ?? {}),
  options: maskLabels(info.Options ?? {}),
  endpoints: Object.values(info.Containers ?? {}).map(({ Name, IPv4Address, IPv6Address, MacAddress }) => ({
    container: Name,
    ipAddress: IPv4Address || IPv6Address || null,
    macAddress: MacAddress || null,
  })),
});
