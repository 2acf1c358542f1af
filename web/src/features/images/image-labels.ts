import type { Image } from "../../../../shared/protocol/image.ts";

/** Name under which the server keeps the image that an update replaced. */
const kept = /^ai-desktop\.invalid\/previous:(.+)$/;

/** What an image is called in a list: its first name, or the repository it came from. */
export function imageName({ tags, digests, id }: Pick<Image, "tags" | "digests" | "id">): string {
  const own = tags.find((tag) => !kept.test(tag));
  if (own !== undefined) return own;
  const service = keptFor(tags);
  const from = digests[0]?.split("@")[0];
  if (from) return service === undefined ? `${from} (untagged)` : from;
  return service === undefined ? `${shortId(id)} (untagged)` : shortId(id);
}

/** The service an image is kept for, to go back to. */
export const keptFor = (tags: readonly string[]): string | undefined =>
  tags.map((tag) => kept.exec(tag)?.[1]).find((name) => name !== undefined);

export const shortId = (id: string): string => id.replace(/^sha256:/, "").slice(0, 12);

/** A digest short enough to compare at a glance. */
export const shortDigest = (digest: string | null): string => (digest === null ? "–" : shortId(digest));
