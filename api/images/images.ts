import type { ContainerInfo, ImageInfo, ImageInspectInfo } from "dockerode";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { notAnEngine, toEngineList } from "../../shared/docker/engine-responses.ts";
import { maskArguments, maskLabels } from "../../shared/logs/masking.ts";
import type { Image, ImageDetail } from "../../shared/protocol/image.ts";
import {
  familiarName,
  familiarReference,
  type ImageReference,
  parseImageReference,
} from "../../shared/protocol/image-reference.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError } from "../../shared/server/errors.ts";
import { listContainers, usesBy } from "../docker/container-uses.ts";
import { createResourceCalls, engineErrorOf } from "../docker/resource-calls.ts";
import { maskHistory } from "./image-history.ts";
import { type PullOptions, pullImage, toRegistryAuth } from "./image-pull.ts";
import { type ImageInUse, listImagesInUse } from "./images-in-use.ts";
import { messages } from "./messages.ts";
import { toRegistryRefusal } from "./registry-refusal.ts";

/** Result of a pull. */
export interface PulledImage {
  /** The reference with its tag. */
  reference: string;
  /** `sha256:…` of the configuration, which containers are created from. */
  id: string;
  /** `sha256:…` of the manifest in the registry; null when the Engine does not report it. */
  digest: string | null;
}

/** Id and names of an image. */
export interface ImageIdentity {
  id: string;
  tags: string[];
  digests: string[];
}

/**
 * Images of the Engine. A `ref` is a full id or a reference. Each call throws `AppError`: `invalid_input` when it is neither,
 * `not_found`, `conflict` (in use), `forbidden` and `rate_limited` (by the registry), `upstream_unavailable`.
 */
export interface DockerImages {
  list(): Promise<Image[]>;
  detail(ref: string): Promise<ImageDetail>;
  identify(ref: string): Promise<ImageIdentity>;
  /** The image of each container. */
  inUse(): Promise<ImageInUse[]>;
  pull(reference: string, options: PullOptions): Promise<PulledImage>;
  /** Removes one name by its reference, and the image with its last name. Returns how much was removed. */
  remove(ref: string, options: { force: boolean }): Promise<{ untagged: number; deleted: number }>;
  tag(ref: string, reference: string): Promise<void>;
  /** The digest that a reference has in its registry now. The Engine asks the registry and downloads nothing. */
  registryDigest(reference: string, options?: { registryAuth?: string | undefined }): Promise<string>;
  /** Has the Engine try a log-in at a registry. @throws AppError `forbidden` when the registry refuses it */
  checkLogin(login: { username: string; password: string; serveraddress: string }): Promise<void>;
}

/** The Engine deletes all layers before it responds. */
const REMOVE_LIMIT_MS = 60_000;
/** The Engine asks the registry, and the token server of a private one, before it responds. */
const REGISTRY_LIMIT_MS = 20_000;

export function createImages(calls: EngineCalls): DockerImages {
  const { call } = createResourceCalls(calls, {
    thing: "image",
    inUse: messages.inUse,
  });
  const inspect = async (ref: string): Promise<ImageInspectInfo> => {
    const info = (await call({ method: "GET", path: imagePath(ref, "json") })) as ImageInspectInfo;
    if (!info?.Id) throw notAnEngine();
    return info;
  };

  return {
    async list() {
      const [images, containers] = await Promise.all([
        calls.call({ method: "GET", path: "/images/json" }).then(toEngineList<ImageInfo>),
        listContainers(calls),
      ]);
      const uses = usesBy(containers, imageOf);
      return images.map((info) => ({
        id: info.Id,
        tags: named(info.RepoTags),
        digests: named(info.RepoDigests),
        createdAt: new Date(info.Created * 1000).toISOString(),
        size: info.Size,
        usedBy: uses.get(info.Id) ?? [],
      }));
    },
    async detail(ref) {
      const info = await inspect(ref);
      const path = imagePath(info.Id, "history");
      const [history, containers] = await Promise.all([
        call({ method: "GET", path }) as Promise<HistoryEntry[]>,
        listContainers(calls),
      ]);
      return toDetail(info, history ?? [], containers);
    },
    async identify(ref) {
      const { Id, RepoTags, RepoDigests } = await inspect(ref);
      return { id: Id, tags: named(RepoTags), digests: named(RepoDigests) };
    },
    inUse: () => listImagesInUse(calls),
    async pull(reference, options) {
      const parsed = parsedReference(reference);
      const full = familiarReference(parsed);
      const pulled = await pullImage(calls, parsed, options);
      const { Id, RepoDigests } = await inspect(full);
      return { reference: full, id: Id, digest: pulled ?? digestOf(parsed, named(RepoDigests)) };
    },
    async remove(ref, { force }) {
      const path = imagePath(ref);
      const gone = (await call({ method: "DELETE", path, query: { force } }, REMOVE_LIMIT_MS)) as object[] | undefined;
      const deleted = (gone ?? []).filter((entry) => "Deleted" in entry).length;
      return { deleted, untagged: (gone ?? []).length - deleted };
    },
    async tag(ref, reference) {
      const parsed = parsedReference(reference);
      if (parsed.digest !== null) throw new AppError("invalid_input", messages.tagByDigest);
      const query = { repo: familiarName(parsed), tag: parsed.tag ?? "latest" };
      await call({ method: "POST", path: imagePath(ref, "tag"), query });
    },
    async registryDigest(reference, { registryAuth } = {}) {
      const path = `/distribution/${encodePath(familiarReference(parsedReference(reference)))}/json`;
      const request = { method: "GET", path, registryAuth } as const;
      try {
        const answer = (await calls.call(request, REGISTRY_LIMIT_MS)) as { Descriptor?: { digest?: unknown } };
        const digest = answer?.Descriptor?.digest;
        if (typeof digest === "string" && digest.length < 256) return digest;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw toRegistryRefusal(error, registryAuth);
        await calls.call({ method: "GET", path: "/_ping" }); // throws when the Engine itself is away
        throw new AppError("upstream_unavailable", messages.registrySilent, { cause: error });
      }
      throw new AppError("upstream_unavailable", messages.noDigest);
    },
    async checkLogin(login) {
      try {
        await calls.call({ method: "POST", path: "/auth", body: login }, REGISTRY_LIMIT_MS);
      } catch (error) {
        const refusal = toRegistryRefusal(error, toRegistryAuth(login));
        const engine = engineErrorOf(error);
        if (engine?.status !== 401) throw refusal;
        throw new AppError("forbidden", messages.loginRefused, { cause: engine });
      }
    },
  };
}

/** The digest of an image in the repository of a reference; null when the image came from elsewhere. */
export function digestOf(reference: ImageReference, digests: readonly string[]): string | null {
  const same = digests.find((entry) => {
    const { registry, repository } = parseImageReference(entry) ?? {};
    return registry === reference.registry && repository === reference.repository;
  });
  return same?.slice(same.indexOf("@") + 1) ?? null;
}

interface HistoryEntry {
  Created: number;
  CreatedBy: string;
  Size: number;
  Comment: string;
}

const imageOf = ({ ImageID }: ContainerInfo) => [ImageID];
const named = (names: readonly string[] | null | undefined) =>
  (names ?? []).filter((name) => !name.startsWith("<none>"));

function parsedReference(reference: string): ImageReference {
  const parsed = parseImageReference(reference);
  if (!parsed) throw new AppError("invalid_input", messages.invalidReference);
  return parsed;
}

/** The grammar of references excludes dots and empty parts, which could change the path. */
const encodePath = (reference: string) => reference.split("/").map(encodeURIComponent).join("/");

function imagePath(ref: string, rest?: string): string {
  const name = /^(sha256:)?[0-9a-f]{64}$/.test(ref) ? ref : familiarReference(parsedReference(ref));
  return ["/images", encodePath(name), ...(rest ? [rest] : [])].join("/");
}

function toDetail(info: ImageInspectInfo, history: HistoryEntry[], containers: ContainerInfo[]): ImageDetail {
  const config: Partial<ImageInspectInfo["Config"]> = info.Config ?? {};
  const environmentNames = (config.Env ?? []).map((entry) => entry.split("=", 1)[0] ?? "").sort();
  return {
    id: info.Id,
    tags: named(info.RepoTags),
    digests: named(info.RepoDigests),
    createdAt: new Date(info.Created).toISOString(),
    size: info.Size,
    usedBy: usesBy(containers, imageOf).get(info.Id) ?? [],
    os: info.Os,
    architecture: info.Architecture,
    author: info.Author ?? "",
    entrypoint: maskArguments([config.Entrypoint ?? []].flat()),
    command: maskArguments(config.Cmd ?? []),
    workingDirectory: config.WorkingDir ?? "",
    user: config.User ?? "",
    environmentNames,
    exposedPorts: Object.keys(config.ExposedPorts ?? {}).sort(),
    volumes: Object.keys(config.Volumes ?? {}).sort(),
    labels: maskLabels(config.Labels ?? {}),
    layers: history.map(({ CreatedBy, Created, Size, Comment }) => ({
      createdBy: maskHistory(CreatedBy ?? "", environmentNames),
      createdAt: Created > 0 ? new Date(Created * 1000).toISOString() : null,
      size: Size,
      comment: Comment ?? "",
    })),
  };
}
