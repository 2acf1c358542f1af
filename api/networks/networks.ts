import type { NetworkInspectInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { notAnEngine, toEngineList, toMadeId } from "../../shared/docker/engine-responses.ts";
import { maskLabels } from "../../shared/logs/masking.ts";
import type { ContainerUse } from "../../shared/protocol/image.ts";
import { type CreateNetwork, type Network, type NetworkDetail, networkRef } from "../../shared/protocol/network.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers, networksOf, usesBy } from "../docker/container-uses.ts";
import { createResourceCalls } from "../docker/resource-calls.ts";
import { messages } from "./messages.ts";

/** Networks of the Engine, by exact name or full id. Each call throws `AppError` as those of volumes do. */
export interface DockerNetworks {
  list(): Promise<Network[]>;
  detail(ref: string): Promise<NetworkDetail>;
  create(options: CreateNetwork): Promise<NetworkDetail>;
  /** Refuses a network that a container is connected to, running or not: a stopped one could not start again. */
  remove(ref: string): Promise<void>;
  connect(ref: string, containerId: string, options: { aliases: string[] }): Promise<void>;
  disconnect(ref: string, containerId: string, options: { force: boolean }): Promise<void>;
}

const CHANGE_LIMIT_MS = 15_000;

export function createNetworks(calls: EngineCalls): DockerNetworks {
  const { call } = createResourceCalls(calls, {
    thing: "network",
    inUse: messages.notAllowed,
  });
  const inspect = async (ref: string): Promise<RawNetwork> => {
    const info = (await call({ method: "GET", path: networkPath(ref) })) as RawNetwork;
    // The Engine also accepts the beginning of an id.
    if (typeof info?.Id !== "string") throw notAnEngine();
    if (info.Id !== ref && info.Name !== ref) throw new AppError("not_found", messages.noSuchNetwork);
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
      const config = subnet === undefined ? [] : [{ Subnet: subnet, Gateway: gateway || undefined }];
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
      if (info.builtIn) throw new AppError("conflict", messages.builtIn);
      if (info.usedBy.length > 0) {
        throw new AppError("conflict", messages.inUse);
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
  if (!parsed.success) throw new AppError("invalid_input", messages.invalidRef);
  return ["/networks", encodeURIComponent(parsed.data), ...(rest ? [rest] : [])].join("/");
}

const builtInNames = new Set(["bridge", "host", "none"]);

/** A container that has never run names its network without the id. */
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
