import { toAppError } from "../server/errors.ts";
import type { EngineCalls } from "./engine-calls.ts";

/** Images whose labels are cached. The cache never becomes outdated: an id always means the same image. */
const MAX_IMAGES = 2_000;
/** Images inspected at the same time. */
const AT_ONCE = 8;
/** Labels that the panel bases decisions on. */
const decisive = /^(com\.docker\.compose\.|ai-desktop\.)/;

type Labels = Readonly<Record<string, string>>;

/**
 * Labels that were set on a container, without those inherited from its image: the author of an image is not necessarily
 * allowed to run it.
 */
export interface OwnLabels {
  /**
   * Inspects the images of the containers. Returns a function that gives the own labels of a container; undefined if its
   * image was removed, since inherited labels cannot be told apart then.
   * @throws AppError `upstream_unavailable`
   */
  read(containers: readonly ContainerLabels[]): Promise<(container: ContainerLabels) => Labels | undefined>;
}

export interface ContainerLabels {
  ImageID: string;
  Labels: Labels;
}

export function createOwnLabels({ call }: Pick<EngineCalls, "call">): OwnLabels {
  const known = new Map<string, Labels | null>(); // null: the image is gone

  const look = async (id: string): Promise<void> => {
    try {
      const image = await call({ method: "GET", path: `/images/${encodeURIComponent(id)}/json` });
      const { Config } = image as { Config?: { Labels?: Labels | null } | null };
      known.set(id, Object.fromEntries(Object.entries(Config?.Labels ?? {}).filter(([name]) => decisive.test(name))));
    } catch (error) {
      if (toAppError(error).code !== "not_found") throw error;
      known.set(id, null);
    }
  };

  return {
    async read(containers) {
      const wanted = new Set<string>();
      for (const { ImageID, Labels } of containers) {
        if (Object.keys(Labels).some((name) => decisive.test(name))) wanted.add(ImageID);
      }
      const missing = [...wanted].filter((id) => known.get(id) == null);
      for (let from = 0; from < missing.length; from += AT_ONCE) {
        await Promise.all(missing.slice(from, from + AT_ONCE).map(look));
      }
      const images = new Map([...wanted].map((id) => [id, known.get(id) ?? null]));
      for (const id of known.keys()) {
        if (known.size <= MAX_IMAGES) break;
        known.delete(id);
      }
      return ({ ImageID, Labels }) => {
        const image = images.get(ImageID);
        if (!image) return undefined;
        return Object.fromEntries(
          Object.entries(Labels).filter(([name, value]) => decisive.test(name) && image[name] !== value),
        );
      };
    },
  };
}
