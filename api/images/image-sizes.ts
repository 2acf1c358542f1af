import { createHash } from "node:crypto";
import type { EngineCalls } from "../../shared/docker/engine-calls.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import type { RawDisk } from "../disk/raw-disk.ts";

type SizedImage = RawDisk["images"][number];

const AT_ONCE = 4;

/**
 * Bytes that are freed when sets of images are removed, one number per set of ids in `gone`. A shared layer counts once,
 * and not at all when an image that stays has it too. The Engine reports sizes of layers only in the history of an image:
 * layers with an equal history are counted as one, so that the result is rather too low.
 */
export async function freedBy(
  { call }: Pick<EngineCalls, "call">,
  images: readonly SizedImage[],
  gone: readonly ReadonlySet<string>[],
): Promise<number[]> {
  const shared = images.filter(({ SharedSize }) => (SharedSize ?? 0) > 0);
  const goneAtAll = new Set(gone.flatMap((ids) => [...ids]));
  const layers = new Map<string, Map<string, number>>();
  if (shared.some(({ Id }) => goneAtAll.has(Id))) {
    await eachAtOnce(shared, AT_ONCE, async ({ Id }) => {
      // An image may be removed meanwhile: then it shares no layers.
      const history = await call({ method: "GET", path: `/images/${Id}/history` }).catch((error: unknown) => {
        if (error instanceof UnavailableError) throw error;
        return undefined;
      });
      layers.set(Id, toLayers((history ?? []) as HistoryEntry[]));
    });
  }
  return gone.map((ids) => {
    const remaining = new Set(
      shared.filter(({ Id }) => !ids.has(Id)).flatMap(({ Id }) => [...(layers.get(Id)?.keys() ?? [])]),
    );
    const freed = new Map<string, number>();
    for (const { Id, Size, SharedSize } of images) {
      if (!ids.has(Id)) continue;
      if ((SharedSize ?? 0) <= 0) freed.set(Id, Size);
      else for (const [key, size] of layers.get(Id) ?? []) if (!remaining.has(key)) freed.set(key, size);
    }
    return [...freed.values()].reduce((total, size) => total + size, 0);
  });
}

interface HistoryEntry {
  Created: number;
  CreatedBy: string;
  Size: number;
}

/** Sizes of layers, each by a key of the layer and all layers below it. */
function toLayers(history: readonly HistoryEntry[]): Map<string, number> {
  const layers = new Map<string, number>();
  let key = "";
  for (const { Created, CreatedBy, Size } of [...history].reverse()) {
    key = createHash("sha256")
      .update(JSON.stringify([key, Created, CreatedBy, Size]))
      .digest("base64");
    if (Size > 0) layers.set(key, Size);
  }
  return layers;
}
