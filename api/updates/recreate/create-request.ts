import { isDeepStrictEqual } from "node:util";
import type { ContainerInspectInfo } from "dockerode";

type Fields = Record<string, unknown>;

/** How a container is attached to one network, as the Engine takes it. */
export interface Endpoint {
  network: string;
  config: Fields;
}

/** What the Engine is asked for to make a container like another one. */
export interface Creation {
  /** Body of `POST /containers/create`. */
  body: Fields;
  /** Networks to be attached one by one: Engines before 25 take a single one at the creation. */
  endpoints: Endpoint[];
}

/** The settings an image brings along. */
export interface ImageDefaults {
  id: string;
  config: Fields;
}

export interface CreationOptions {
  /** Reference the container is made of, as the list will show it. */
  image: string;
  from: ImageDefaults;
  to: ImageDefaults;
}

/**
 * The creation of a container that is set up as the inspected one is: everything in its `HostConfig`, its own settings,
 * volumes without a name reattached to the same places, networks with aliases and fixed addresses. What came from the
 * old image and not from the creator of the container is left to the new image.
 */
export function toCreation(info: ContainerInspectInfo, { image, from, to }: CreationOptions): Creation {
  const mode = info.HostConfig.NetworkMode ?? "default";
  const config = ownSettings(info.Config as unknown as Fields, from, to);
  // The Engine names a container that has no name of its own after its id, or after the host it shares.
  const given = info.Config.Hostname;
  if (mode === "host" || mode.startsWith("container:") || info.Id.startsWith(given)) delete config.Hostname;
  if (mode.startsWith("container:")) {
    for (const name of ["Domainname", "ExposedPorts", "MacAddress"]) delete config[name];
  }
  const labels = config.Labels as Record<string, string> | undefined;
  // Compose compares this with the image, and would make the container anew on its next `up`.
  if (labels?.["com.docker.compose.image"]) labels["com.docker.compose.image"] = to.id;
  const endpoints = toEndpoints(info);
  const primary = endpoints.find(({ network }) => network === mode || networkId(info, network) === mode);
  const HostConfig: Fields = { ...info.HostConfig, ...toMounts(info) };
  delete HostConfig.ContainerIDFile;
  // The network it was made in is gone or left: another one of its own takes that place.
  if (!primary && endpoints[0] && isUserDefined(mode)) HostConfig.NetworkMode = endpoints[0].network;
  return { body: { ...config, Image: image, HostConfig }, endpoints };
}

/** Settings of the container that are not merely those of the image it was made of. */
function ownSettings(config: Fields, from: ImageDefaults, to: ImageDefaults): Fields {
  const own = structuredClone(config);
  delete own.Image;
  if (from.id === to.id) return own;
  const old = from.config;
  const isImages = (name: string) => old[name] !== undefined && isDeepStrictEqual(own[name], old[name]);
  // A command only means something to the entrypoint it was written for.
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

/** Volumes without a name hang on the container alone: named outright, the next one finds what they hold. */
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
      // Engines before 25 list the short id among the aliases; it is not one that was asked for.
      const aliases = ((Aliases as string[] | null) ?? []).filter((alias) => alias !== info.Id.slice(0, 12));
      const config: Fields = {
        ...(IPAMConfig ? { IPAMConfig } : {}),
        ...(aliases.length > 0 ? { Aliases: aliases } : {}),
        ...(Links ? { Links } : {}),
        ...(DriverOpts ? { DriverOpts } : {}),
        ...(gateway ? { GwPriority: gateway } : {}),
      };
      return { network, config };
    });
}
