import { familiarReference, type ImageReference, parseImageReference } from "../../shared/protocol/image-reference.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { digestOf } from "../images/images.ts";
import type { ImageInUse } from "../images/images-in-use.ts";
import type { Registries } from "../images/registries.ts";
import type { JobHandle } from "../jobs/jobs.ts";
import { messages } from "./messages.ts";
import { phaseLabels, type RecreatePhase } from "./recreate/recreate-phases.ts";
import type { UpdateStore } from "./store.ts";

export interface UpdatesOptions {
  docker: Pick<DockerEngine, "images" | "lifecycle" | "identify" | "act">;
  registries: Pick<Registries, "authFor">;
  store: UpdateStore;
}

/** Result of an update or a rollback. */
export interface Updated {
  /** False when the service already runs the newest image. */
  changed: boolean;
  /** Id of the container afterwards. */
  id: string;
  imageId: string;
  digest: string | null;
  previousDigest: string | null;
}

export interface Updates {
  /** Pulls the image of the service, and recreates the container from it. Restores the old one when the new one does not run. */
  update(service: string, handle: Pick<JobHandle, "signal" | "step" | "line">): Promise<Updated>;
  /** Recreates the container from the image before its last update. A second rollback reverts the first. */
  rollBack(service: string, handle: Pick<JobHandle, "signal" | "step" | "line">): Promise<Updated>;
}

/**
 * Name of the previous image of a service, which therefore does not look unused. No registry can have this domain
 * (RFC 2606), so nothing is ever pulled by the name.
 */
const previousName = (service: string) => `ai-desktop.invalid/previous:${service.slice(0, 128)}`;

export function createUpdates({ docker, registries, store }: UpdatesOptions): Updates {
  const { images, lifecycle } = docker;
  const find = async (service: string): Promise<{ image: ImageInUse; parsed: ImageReference; reference: string }> => {
    const image = (await images.inUse()).find(({ name }) => name === service);
    if (!image) throw new AppError("not_found", messages.noSuchContainer);
    const parsed = parseImageReference(image.reference);
    if (!parsed) throw new AppError("conflict", messages.madeFromId);
    if (parsed.digest !== null) {
      throw new AppError("conflict", messages.pinned);
    }
    return { image, parsed, reference: familiarReference(parsed) };
  };

  /** Whether a container runs. True while the Engine does not respond: that is no reason for a rollback. */
  const stillRuns = async (id: string): Promise<boolean> => {
    try {
      return (await docker.identify(id)).running;
    } catch (error) {
      if (error instanceof UnavailableError) return true;
      throw error;
    }
  };

  /** Recreates a container from the image that its reference has now. When it does not run, the reference is restored too. */
  const recreate = async (
    image: ImageInUse,
    reference: string,
    { signal, step }: Pick<JobHandle, "signal" | "step">,
  ) => {
    let phase: RecreatePhase | undefined;
    const { running: ran } = await docker.identify(image.id);
    const report = (state: string) => phase && step({ id: `phase ${phase}`, label: phaseLabels[phase], state });
    try {
      const made = await lifecycle.recreate(image.id, {
        signal,
        onPhase(next) {
          report(next === "restore" ? "failed" : "done");
          phase = next;
          report("at work");
        },
      });
      if (ran && !(await stillRuns(made.id))) {
        await images.tag(image.imageId, reference);
        const back = await lifecycle.recreate(made.id, { signal: new AbortController().signal });
        await docker.act(back.id, "start");
        throw new AppError("conflict", messages.endedAtStart);
      }
      report("done");
      return made;
    } catch (thrown) {
      if (thrown instanceof UnavailableError) {
        // The state of the container is unknown. The reference is restored if the Engine responds.
        report("failed");
        await images.tag(image.imageId, reference).catch(() => undefined);
        throw thrown;
      }
      report(phase === "restore" ? "done" : "failed");
      await images.tag(image.imageId, reference);
      if (signal.aborted) throw thrown;
      const { code, message } = toAppError(thrown);
      if (code === "internal") throw thrown;
      throw new AppError(code, messages.previousRunsAgain(message), { cause: thrown });
    }
  };

  const keep = async (image: ImageInUse, reference: string, digest: string | null) => {
    await images.tag(image.imageId, previousName(image.name));
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
      if (image.composeProject !== null) handle.line(messages.composeProject);
      const made = await recreate(image, reference, handle);
      await keep(image, reference, previousDigest);
      return { ...result, changed: true, id: made.id };
    },
    async rollBack(service, handle) {
      const { image, parsed, reference } = await find(service);
      const before = store.previous().get(service);
      if (!before || before.reference !== reference || before.imageId === image.imageId) {
        throw new AppError("conflict", messages.noPrevious);
      }
      await images.tag(before.imageId, reference).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== "not_found") throw error;
        throw new AppError("gone", messages.previousGone, { cause: error });
      });
      if (image.composeProject !== null) handle.line(messages.composeProject);
      const made = await recreate(image, reference, handle);
      const previousDigest = digestOf(parsed, image.digests);
      await keep(image, reference, previousDigest);
      return { changed: true, id: made.id, imageId: before.imageId, digest: before.digest, previousDigest };
    },
  };
}
