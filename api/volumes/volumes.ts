import type { ContainerInfo, VolumeInspectInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { notAnEngine, toInnerList } from "../../shared/docker/engine-responses.ts";
import { maskLabels } from "../../shared/logs/masking.ts";
import type { Volume, VolumeDetail } from "../../shared/protocol/volume.ts";
import { volumeName } from "../../shared/protocol/volume.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers, usesBy, volumesOf } from "../docker/container-uses.ts";
import { createResourceCalls } from "../docker/resource-calls.ts";
import { messages } from "./messages.ts";

/** Volumes of the Engine. Each call throws `AppError`: `invalid_input` (not a name), `not_found`, `conflict`, `upstream_unavailable`. */
export interface DockerVolumes {
  list(): Promise<Volume[]>;
  detail(name: string): Promise<VolumeDetail>;
  create(options: { name: string; labels: Record<string, string> }): Promise<VolumeDetail>;
  /** Refuses a volume that a container uses, running or not. */
  remove(name: string): Promise<void>;
}

/** The Engine deletes all files of the volume before it responds. */
const REMOVE_LIMIT_MS = 120_000;

export function createVolumes(calls: EngineCalls): DockerVolumes {
  const { call } = createResourceCalls(calls, {
    thing: "volume",
    inUse: messages.inUse,
  });
  const inspect = async (name: string): Promise<RawVolume> => {
    const info = (await call({ method: "GET", path: volumePath(name) })) as RawVolume;
    if (typeof info?.Name !== "string") throw notAnEngine();
    return info;
  };
  const detail = async (name: string): Promise<VolumeDetail> => {
    const [info, containers] = await Promise.all([inspect(name), listContainers(calls)]);
    return toVolumeDetail(info, containers);
  };
  return {
    async list() {
      const [volumes, containers] = await Promise.all([
        calls.call({ method: "GET", path: "/volumes" }).then(toVolumeList),
        listContainers(calls),
      ]);
      const uses = usesBy(containers, volumesOf);
      return volumes.map((info) => toVolume(info, uses.get(info.Name) ?? []));
    },
    detail,
    async create({ name, labels }) {
      // For an existing volume the Engine responds as if it had created it.
      const existing = await inspect(name).catch((error: unknown) => {
        if (error instanceof AppError && error.code === "not_found") return undefined;
        throw error;
      });
      if (existing) throw new AppError("conflict", messages.nameTaken);
      const body = { Name: name, Driver: "local", Labels: labels };
      await call({ method: "POST", path: "/volumes/create", body });
      return detail(name);
    },
    async remove(name) {
      await inspect(name);
      await call({ method: "DELETE", path: volumePath(name) }, REMOVE_LIMIT_MS);
    },
  };
}

export type RawVolume = VolumeInspectInfo & { CreatedAt?: string };

const toVolumeList = (answer: unknown) =>
  toInnerList<RawVolume>((answer as { Volumes?: unknown } | undefined)?.Volumes);

/** Engines label an anonymous volume since version 23. Earlier ones only give it a name of this form. */
export const isAnonymous = ({ Name, Labels }: Pick<RawVolume, "Name" | "Labels">): boolean =>
  Labels?.["com.docker.volume.anonymous"] !== undefined || /^[0-9a-f]{64}$/.test(Name);

function volumePath(name: string): string {
  const parsed = volumeName.safeParse(name);
  if (!parsed.success) throw new AppError("invalid_input", messages.invalidName);
  return `/volumes/${encodeURIComponent(parsed.data)}`;
}

const toVolume = (info: RawVolume, usedBy: Volume["usedBy"]): Volume => ({
  name: info.Name,
  driver: info.Driver,
  anonymous: isAnonymous(info),
  composeProject: info.Labels?.["com.docker.compose.project"] ?? null,
  createdAt: info.CreatedAt ? new Date(info.CreatedAt).toISOString() : null,
  usedBy,
});

function toVolumeDetail(info: RawVolume, containers: ContainerInfo[]): VolumeDetail {
  const uses = usesBy(containers, volumesOf).get(info.Name) ?? [];
  const nameById = new Map(uses.map(({ id, name }) => [id, name]));
  return {
    ...toVolume(info, uses),
    mountpoint: info.Mountpoint,
    scope: info.Scope,
    labels: maskLabels(info.Labels ?? {}),
    options: maskOptions(info.Options ?? {}),
    mounts: containers.flatMap(({ Id, Mounts }) =>
      (Mounts ?? [])
        .filter(({ Type, Name }) => Type === "volume" && Name === info.Name)
        .map(({ Destination, RW }) => ({
          container: nameById.get(Id) ?? Id.slice(0, 12),
          destination: Destination,
          readOnly: !RW,
        })),
    ),
  };
}

/** The mount options of a network share hold its password as `o: username=…,password=…`. */
const maskOptions = (options: Record<string, string>): Record<string, string> =>
  maskLabels(
    Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        value.replace(/((?:pass|pwd|secret|token|cred)[\w-]*)=[^,]*/gi, "$1=********"),
      ]),
    ),
  );
