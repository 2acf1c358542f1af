import { familiarReference, type ImageReference, parseImageReference } from "../../shared/protocol/image-reference.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { digestOf } from "../images/images.ts";
import type { ImageInUse } from "../images/images-in-use.ts";
import type { Registries } from "../images/registries.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import { phaseLabels, type RecreatePhase } from "./recreate/recreate-phases.ts";
import type { UpdateStore } from "./store.ts";

export interface UpdatesOptions {
  docker: Pick<DockerEngine, "images" | "lifecycle" | "identify" | "act">;
  registries: Pick<Registries, "authFor">;
  store: UpdateStore;
}

/** What an update, or the way back, came to. */
export interface Updated {
  /** False when the service runs the newest image already. */
  changed: boolean;
  /** Id of the container now. */
  id: string;
  imageId: string;
  digest: string | null;
  previousDigest: string | null;
}

export interface Updates {
  /** Pulls what the service's reference means now, and makes the service anew; when that does not run, all is as before. */
  update(service: string, handle: Pick<JobHandle, "signal" | "step" | "line">): Promise<Updated>;
  /** Makes the service anew of the image it ran before its last update; doing it twice leads back. */
  goBack(service: string, handle: Pick<JobHandle, "signal" | "step" | "line">): Promise<Updated>;
}

/**
 * The previous image keeps a name, so that it does not look unused. The domain is one that no
 * registry can have (RFC 2606), so nothing can ever be pulled by it.
 */
const keptName = (service: string) => `ai-desktop.invalid/previous:${service.slice(0, 128)}`;

export function createUpdates({ docker, registries, store }: UpdatesOptions): Updates {
  const { images, lifecycle } = docker;
  const find = async (service: string): Promise<{ image: ImageInUse; parsed: ImageReference; reference: string }> => {
    const image = (await images.inUse()).find(({ name }) => name === service);
    if (!image) throw new AppError("not_found", "There is no such container.");
    const parsed = parseImageReference(image.reference);
    if (!parsed)
      throw new AppError("conflict", "This container was made of an image's id: no name leads to a newer one.");
    if (parsed.digest !== null) {
      throw new AppError("conflict", "This container names the digest of its image: there is no newer one of that.");
    }
    return { image, parsed, reference: familiarReference(parsed) };
  };

  /** It ran when it was looked at last: an Engine that does not answer now is no reason to go back. */
  const stillRuns = async (id: string): Promise<boolean> => {
    try {
      return (await docker.identify(id)).running;
    } catch (error) {
      if (error instanceof UnavailableError) return true;
      throw error;
    }
  };

  /** The name means the new image now. If the service does not run with it, the name goes back as well. */
  const remake = async (image: ImageInUse, reference: string, { signal, step }: Pick<JobHandle, "signal" | "step">) => {
    let phase: RecreatePhase | undefined;
    const { running: ran } = await docker.identify(image.id);
    const tell = (state: string) => phase && step({ id: `phase ${phase}`, label: phaseLabels[phase], state });
    try {
      const made = await lifecycle.recreate(image.id, {
        signal,
        onPhase(next) {
          tell(next === "restore" ? "failed" : "done");
          phase = next;
          tell("at work");
        },
      });
      if (ran && !(await stillRuns(made.id))) {
        await images.tag(image.imageId, reference);
        const back = await lifecycle.recreate(made.id, { signal: new AbortController().signal });
        await docker.act(back.id, "start");
        throw new AppError("conflict", "The new container ended right after its start.");
      }
      tell("done");
      return made;
    } catch (thrown) {
      if (thrown instanceof UnavailableError) {
        // What became of the container is not known, and said so. Its name goes back if it can.
        tell("failed");
        await images.tag(image.imageId, reference).catch(() => undefined);
        throw thrown;
      }
      tell(phase === "restore" ? "done" : "failed");
      await images.tag(image.imageId, reference);
      if (signal.aborted) throw thrown;
      const { code, message } = toAppError(thrown);
      if (code === "internal") throw thrown;
      throw new AppError(code, `${message} The service runs its previous image again.`, { cause: thrown });
    }
  };

  const keep = async (image: ImageInUse, reference: string, digest: string | null) => {
    await images.tag(image.imageId, keptName(image.name));
    store.setPrevious(image.name, { reference, imageId: image.imageId, digest });
  };

  return {
    async update(service, handle) {
      const { image, parsed, reference } = await find(service);
      const registryAuth = registries.authFor(reference);
      const pulled = await images.pull(reference, { signal: handle.signal, onStep: handle.step, registryAuth });
      if (pulled.digest !== null) store.setCheck(reference, { digest: pulled.digest });
      const previousDigest = digestOf(parsed, image.digests);
      const result = { imageId: pulled.id, digest: pulled.digest, previousDigest };
      if (pulled.id === image.imageId) return { ...result, changed: false, id: image.id };
      if (image.composeProject !== null) handle.line(composeNotice);
      const made = await remake(image, reference, handle);
      await keep(image, reference, previousDigest);
      return { ...result, changed: true, id: made.id };
    },
    async goBack(service, handle) {
      const { image, parsed, reference } = await find(service);
      const before = store.previous().get(service);
      if (!before || before.reference !== reference || before.imageId === image.imageId) {
        throw new AppError("conflict", "No previous image is known for this container.");
      }
      await images.tag(before.imageId, reference).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== "not_found") throw error;
        throw new AppError("gone", "The previous image is no longer on the host.", { cause: error });
      });
      if (image.composeProject !== null) handle.line(composeNotice);
      const made = await remake(image, reference, handle);
      const previousDigest = digestOf(parsed, image.digests);
      await keep(image, reference, previousDigest);
      return { changed: true, id: made.id, imageId: before.imageId, digest: before.digest, previousDigest };
    },
  };
}

const composeNotice =
  "This container belongs to a compose project: its file stays the source of truth, and the next `up` follows that.";
