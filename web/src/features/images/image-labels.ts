import type { Image } from "../../../../shared/protocol/image.ts";

/** Tag with which the server keeps the image that an update replaced. */
const rollbackTag = /^ai-desktop\.invalid\/previous:(.+)$/;

/** Name of an image in a list: its first tag, or else the repository it was pulled from. */
export function imageName({ tags, digests, id }: Pick<Image, "tags" | "digests" | "id">): string {
  const tag = tags.find((tag) => !rollbackTag.test(tag));
  if (tag !== undefined) return tag;
  const service = keptFor(tags);
  const repository = digests[0]?.split("@")[0];
  if (repository) return service === undefined ? `${repository} (untagged)` : repository;
  return service === undefined ? `${shortId(id)} (untagged)` : shortId(id);
}

/** The service whose rollback needs the image; undefined without one. */
export const keptFor = (tags: readonly string[]): string | undefined =>
  tags.map((tag) => rollbackTag.exec(tag)?.[1]).find((name) => name !== undefined);

export const shortId = (id: string): string => id.replace(/^sha256:/, "").slice(0, 12);

/** The first 12 characters of a digest. */
export const shortDigest = (digest: string | null): string => (digest === null ? "–" : shortId(digest));
