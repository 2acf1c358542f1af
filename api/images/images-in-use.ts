import type { ContainerInfo, ImageInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { toEngineList } from "../../shared/docker/engine-responses.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers } from "../docker/container-uses.ts";

/** What a container was made of. */
export interface ImageInUse {
  id: string;
  /** Name of the container. */
  name: string;
  /** As its maker wrote it; an id where it was made of one. */
  reference: string;
  imageId: string;
  /** Names with digests, as the registries know the image it runs. */
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
  return inUse.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The list gives an id instead of the name once that means another image: then the container itself has to be asked. */
async function referenceOf(calls: EngineCalls, { Id, Image }: ContainerInfo): Promise<string | undefined> {
  if (!/^(sha256:)?[0-9a-f]{12,64}$/.test(Image)) return Image;
  try {
    return (await calls.inspect(Id)).Config.Image;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return undefined;
    throw error;
  }
}
