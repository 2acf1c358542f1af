import { isDeepStrictEqual } from "node:util";
import type { ContainerInspectInfo } from "dockerode";

type Fields = Record<string, unknown>;

/** Connection of a container to one network, in the form of the Engine. */
export interface Endpoint {
  network: string;
  config: Fields;
}

/** Requests to the Engine that create a container like another one. */
export interface Creation {
  /** Body of `POST /containers/create`. */
  body: Fields;
  /** Networks to connect one by one: Engines before 25 accept a single one at the creation. */
  endpoints: Endpoint[];
}

/** Id and default settings of an image. */
export interface ImageDefaults {
  id: string;
  config: Fields;
}

export interface CreationOptions {
  /** Reference of the image, as the list shows it. */
  image: string;
  from: ImageDefaults;
  to: ImageDefaults;
}

/**
 * The creation of a container with the configuration of the inspected one: its `HostConfig`, its own settings, its anonymous
 * volumes at the same paths, its networks with aliases and fixed addresses. Settings that came from the old image are left
 * to the new image.
 */
export function toCreation(info: ContainerInspectInfo, { image, from, to }: CreationOptions): Creation {
  const mode = info.HostConfig.NetworkMode ?? "default";
  const config = ownSettings(info.Config as unknown as Fields, from, to);
  // Without an own host name, a container has its id or the name of the host that it shares.
  const given = info.Config.Hostname;
  if (mode === "host" || mode.startsWith("container:") || info.Id.startsWith(given)) delete config.Hostname;
  if (mode.startsWith("container:")) {
    for (const name of ["Domainname", "ExposedPorts", "MacAddress"]) delete config[name];
  }
  const labels = config.Labels as Record<string, string> | undefined;
  // Compose compares this with the image, and would recreate the container at its next `up`.
  if (labels?.["com.docker.compose.image"]) labels["com.docker.compose.image"] = to.id;
  const endpoints = toEndpoints(info);
  const primary = endpoints.find(({ network }) => network === mode || networkId(info, network) === mode);
  const HostConfig: Fields = { ...info.HostConfig, ...toMounts(info) };
  delete HostConfig.ContainerIDFile;
  // The network of the mode no longer exists or is not connected: another of its networks replaces it.
  if (!primary && endpoints[0] && isUserDefined(mode)) HostConfig.NetworkMode = endpoints[0].network;
  return { body: { ...config, Image: image, HostConfig }, endpoints };
}

/** Settings of the container without those that its image set. */
function ownSettings(config: Fields, from: ImageDefaults, to: ImageDefaults): Fields {
  const own = structuredClone(config);
  delete own.Image;
  if (from.id === to.id) return own;
  const old = from.config;
  const isImages = (name: string) => old[name] !== undefined && isDeepStrictEqual(own[name], old[name]);
  // A command only has a meaning for its entrypoint.
  if (isImages("Entrypoint") || own.Entrypoint == null) {
    delete own.Entrypoint;
    if (isImages("Cmd")) delete own.Cmd;
  }
  for (const name of ["WorkingDir", "User", "StopSignal", "Healthcheck", "Shell", "OnBuild", "ArgsEscaped"]) {
    if (isImages(name)) delete own[name];
  }
  const theirs = new Set((old.Env as string[] | null) ?? []);
  own.Env = ((own.Env as string[] | null) ?? []).filter((entry) => !theirs.has(entry));
  for (const name of ["Labels", "ExposedPorts", "Volumes"]) own[name] = without(own[name], old[name]);
  return own;
}

const without = (own: unknown, old: unknown): Fields => {
  const theirs = (old ?? {}) as Fields;
  return Object.fromEntries(
    Object.entries((own ?? {}) as Fields).filter(([key, value]) => !isDeepStrictEqual(theirs[key], value)),
  );
};

/** Mounts that name the anonymous volumes, so that the new container uses them. */
function toMounts(info: ContainerInspectInfo): { Binds: string[]; Mounts?: Fields[] } {
  const volumes = new Map(
    info.Mounts.flatMap(({ Type, Name, Destination, RW }) =>
      Type === "volume" && Name ? [[Destination, { name: Name, writable: RW }] as const] : [],
    ),
  );
  const binds = (info.HostConfig.Binds ?? []).map((bind) => {
    const volume = volumes.get(bind);
    return volume ? `${volume.name}:${bind}` : bind;
  });
  const mounts = (info.HostConfig.Mounts ?? []).map((mount): Fields => {
    const volume = mount.Type === "volume" && !mount.Source ? volumes.get(mount.Target) : undefined;
    return volume ? { ...mount, Source: volume.name } : { ...mount };
  });
  const placed = new Set([...binds.map((bind) => bind.split(":")[1]), ...mounts.map(({ Target }) => Target)]);
  for (const [destination, { name, writable }] of volumes) {
    if (!placed.has(destination)) binds.push(`${name}:${destination}${writable ? "" : ":ro"}`);
  }
  return { Binds: binds, ...(mounts.length > 0 ? { Mounts: mounts } : {}) };
}

const isUserDefined = (mode: string) =>
  !["default", "bridge", "host", "none", ""].includes(mode) && !mode.startsWith("container:");

const networkId = (info: ContainerInspectInfo, name: string) => info.NetworkSettings.Networks[name]?.NetworkID;

function toEndpoints(info: ContainerInspectInfo): Endpoint[] {
  return Object.entries(info.NetworkSettings.Networks ?? {})
    .filter(([network]) => isUserDefined(network))
    .map(([network, endpoint]) => {
      const { IPAMConfig, Aliases, Links, DriverOpts } = endpoint as unknown as Fields;
      const gateway = (endpoint as unknown as Fields).GwPriority;
      // Engines before 25 add the short id to the aliases.
      const aliases = ((Aliases as string[] | null) ?? []).filter((alias) => alias !== info.Id.slice(0, 12));
      const config: Fields = {
        IPAMConfig: IPAMConfig || undefined,
        Aliases: aliases.length > 0 ? aliases : undefined,
        Links: Links || undefined,
        DriverOpts: DriverOpts || undefined,
        GwPriority: gateway || undefined,
      };
      return { network, config };
    });
}
