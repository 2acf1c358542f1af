import { type ContainerSample, toSample } from "../../shared/host/container-sample.ts";
import type { DockerHost } from "../../shared/host/docker.ts";
import { readJsonLines } from "../../shared/host/json-lines.ts";
import { createBackoff, delay } from "../../shared/server/backoff.ts";
import { toAppError } from "../../shared/server/errors.ts";
import type { Upstream } from "../hub.ts";

/** A stopped container is looked at again this often. */
const STOPPED_RECHECK_MS = 2_000;

/** Follows the samples of one container, one a second, through restarts and breaks, until closed. */
export function openContainerStats(
  name: string,
  docker: DockerHost,
  onSample: (sample: ContainerSample) => void,
): Upstream {
  const abort = new AbortController();
  const { signal } = abort;
  const follow = async () => {
    const backoff = createBackoff();
    while (!signal.aborted) {
      try {
        const { id, running } = await docker.identify(name);
        if (!running) {
          await delay(STOPPED_RECHECK_MS, signal);
          continue;
        }
        const stream = await docker.openStats(id, signal);
        backoff.reset();
        for await (const document of readJsonLines(stream)) {
          const sample = toSample(document);
          if (sample) onSample(sample);
        }
      } catch (error) {
        if (toAppError(error).code === "not_found") await delay(STOPPED_RECHECK_MS, signal);
      }
      await backoff.wait(signal);
    }
  };
  void follow();
  return { close: () => abort.abort() };
}
