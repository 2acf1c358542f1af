import type { ContainerInfo, ImageInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { toEngineList } from "../../shared/docker/engine-responses.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers } from "../docker/container-uses.ts";

/** The image of one container. */
export interface ImageInUse {
  id: string;
  /** Name of the container. */
  name: string;
  /** As it was given when the container was created; an id when it was given as one. */
  reference: string;
  imageId: string;
  /** Digests of the image in its registries: `repository@sha256:…`. */
  digests: string[];
  composeProject: string | null;
}

const AT_ONCE = 4;

export async function listImagesInUse(calls: EngineCalls): Promise<ImageInUse[]> {
  const [containers, images] = await Promise.all([
    listContainers(calls),
    calls.call({ method: "GET", path: "/images/json" }).then(toEngineList<ImageInfo>),
  ]);
  const digests = new Map(images.map(({ Id, RepoDigests }) => [Id, RepoDigests ?? []]));
  const inUse: ImageInUse[] = [];
  await eachAtOnce(containers, AT_ONCE, async (container) => {
    const reference = await referenceOf(calls, container);
    if (reference === undefined) return;
    inUse.push({
      id: container.Id,
      name: container.Names?.find((name) => name.lastIndexOf("/") === 0)?.slice(1) ?? container.Id.slice(0, 12),
      reference,
      imageId: container.ImageID,
      digests: (digests.get(container.ImageID) ?? []).filter((name) => !name.startsWith("<none>")),
      composeProject: container.Labels?.["com.docker.compose.project"] ?? null,
    });
  });
  return inUse.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The list has an id in place of a name that now refers to another image. Then the container itself is inspected. */
async function referenceOf(calls: EngineCalls, { Id, Image }: ContainerInfo): Promise<string | undefined> {
  if (!/^(sha256:)?[0-9a-f]{12,64}$/.test(Image)) return Image;
  try {
    return (await calls.inspect(Id)).Config.Image;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return undefined;
    throw error;
  }
}
