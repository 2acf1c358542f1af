import { setTimeout as delay } from "node:timers/promises";
import { familiarReference, type ImageReference, parseImageReference } from "../../shared/protocol/image-reference.ts";
import type { JobStep } from "../../shared/protocol/job.ts";
import type { ServiceUpdate } from "../../shared/protocol/update.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { ImageInUse } from "../images/images-in-use.ts";
import type { Registries } from "../images/registries.ts";
import { messages } from "./messages.ts";
import type { UpdateStore } from "./store.ts";

export interface UpdateChecksOptions {
  docker: Pick<DockerEngine, "images">;
  registries: Pick<Registries, "authFor">;
  store: UpdateStore;
  log: Log;
  /** Hours between two automatic rounds; 0: only on demand. Read before each wait. */
  everyHours: () => number;
  /** Milliseconds before a round. The first round is 0. */
  wait?: (round: number) => number;
}

export interface UpdateChecks {
  /** Hours between two automatic rounds; 0: only on demand. */
  readonly everyHours: number;
  /** Applies changed hours to the wait for the next round. */
  applySettings(): void;
  /** The stored result for each container. Asks no registry. */
  status(): Promise<ServiceUpdate[]>;
  /** Asks the registries about the images of these containers; all by default. A failed check is stored, and no error. */
  check(options: {
    services?: readonly string[];
    signal: AbortSignal;
    onStep?: (step: JobStep) => void;
  }): Promise<{ checked: number; newer: number; failed: number }>;
  close(): Promise<void>;
}

/** Checks at once. Registries limit requests: Docker Hub allows a hundred in six hours. */
const AT_ONCE = 2;
const HOUR_MS = 60 * 60 * 1000;
/** Pause after a registry has limited requests. Each further limit doubles it. */
const PAUSE_MS = HOUR_MS / 4;
const PAUSE_MAX_MS = 24 * HOUR_MS;
/** Shortest time between two rounds, however few hours are set: registries limit requests. */
const MIN_WAIT_MS = HOUR_MS / 4;
/** Longest delay of a timer: longer ones would end at once. */
const MAX_WAIT_MS = 24 * 24 * HOUR_MS;

/** Milliseconds between two rounds: about these hours. */
export const waitBetween = (hours: number): number =>
  Math.max(MIN_WAIT_MS, hours * HOUR_MS * (0.8 + 0.4 * Math.random()));

/** Checks for newer images, each reference once per round. */
export function createUpdateChecks(options: UpdateChecksOptions): UpdateChecks {
  const { docker, registries, store, log, everyHours } = options;
  const pauses = new Map<string, { until: number; length: number }>();
  const closing = new AbortController();

  const checkOne = async (parsed: ImageReference): Promise<void> => {
    const reference = familiarReference(parsed);
    const { registry } = parsed;
    const pause = pauses.get(registry);
    try {
      if (pause && pause.until > Date.now()) {
        throw new AppError("rate_limited", messages.registryPaused);
      }
      const registryAuth = registries.authFor(reference);
      const digest = await docker.images.registryDigest(reference, { registryAuth });
      store.setCheck(reference, { digest });
      pauses.delete(registry);
    } catch (thrown) {
      if (thrown instanceof UnavailableError) throw thrown;
      const error = toAppError(thrown);
      if (error.code === "rate_limited" && !(pause && pause.until > Date.now())) {
        const length = Math.min(PAUSE_MAX_MS, pause ? pause.length * 2 : PAUSE_MS);
        pauses.set(registry, { until: Date.now() + length, length });
      }
      store.setCheck(reference, { problem: error.message });
      throw error;
    }
  };

  const check: UpdateChecks["check"] = async ({ services, signal, onStep }) => {
    const inUse = (await docker.images.inUse()).filter(({ name }) => services?.includes(name) ?? true);
    const wanted = new Map<string, ImageReference>();
    for (const image of inUse) {
      const parsed = checkable(image);
      if (parsed) wanted.set(familiarReference(parsed), parsed);
    }
    let failed = 0;
    await eachAtOnce([...wanted], AT_ONCE, async ([reference, parsed]) => {
      signal.throwIfAborted();
      const report = (state: string) => onStep?.({ id: reference, label: reference, state });
      report("checking");
      try {
        await checkOne(parsed);
        report("done");
      } catch (error) {
        // The Engine is away: no registry was asked, and the stored results stay.
        if (error instanceof UnavailableError) throw error;
        failed++;
        report(toAppError(error).code === "rate_limited" ? "rate limited" : "failed");
      }
    });
    const now = (await status()).filter(({ service }) => services?.includes(service) ?? true);
    return { checked: wanted.size, newer: now.filter(({ state }) => state === "newer").length, failed };
  };

  const status = async (): Promise<ServiceUpdate[]> => {
    const [checks, previous] = [store.checks(), store.previous()];
    return (await docker.images.inUse()).map((image): ServiceUpdate => {
      const parsed = parseImageReference(image.reference);
      const reference = parsed ? familiarReference(parsed) : null;
      const known = reference === null ? undefined : checks.get(reference);
      const digests = parsed ? digestsOf(parsed, image) : [];
      const before = previous.get(image.name);
      return {
        service: image.name,
        reference,
        state: stateOf(parsed, digests, known?.digest ?? null),
        digest: digests[0] ?? null,
        newest: known?.digest ?? null,
        checkedAt: known?.checkedAt ?? null,
        problem: known?.problem ?? null,
        composeProject: image.composeProject,
        previous:
          before && before.reference === reference && before.imageId !== image.imageId
            ? { imageId: before.imageId, digest: before.digest, replacedAt: before.replacedAt }
            : null,
      };
    });
  };

  let changed = new AbortController();
  const wait =
    options.wait ??
    // Random, so that not all panels ask at once; delayed, because the host may just be starting.
    ((round) => (round === 0 ? (2 + 8 * Math.random()) * 60_000 : waitBetween(everyHours())));
  /** Resolves when the round is due. Changed hours count from the start of the wait; without hours nothing is due. */
  const untilDue = async (round: number) => {
    const begun = performance.now();
    let length = wait(round);
    while (!closing.signal.aborted) {
      const { signal } = changed;
      const left = everyHours() > 0 ? begun + length - performance.now() : MAX_WAIT_MS;
      if (left <= 0) return;
      const either = AbortSignal.any([closing.signal, signal]);
      await delay(Math.min(left, MAX_WAIT_MS), undefined, { signal: either, ref: false }).catch(() => undefined);
      if (signal.aborted) length = wait(round);
    }
  };
  const rounds = async () => {
    for (let round = 0; !closing.signal.aborted; round++) {
      await untilDue(round);
      if (closing.signal.aborted) return;
      try {
        const { checked, failed } = await check({ signal: closing.signal });
        log.debug({ checked, failed }, "checked for newer images");
      } catch (error) {
        if (!closing.signal.aborted) log.info({ err: error }, "newer images could not be checked");
      }
    }
  };
  const running = rounds();

  return {
    get everyHours() {
      return everyHours();
    },
    applySettings() {
      const before = changed;
      changed = new AbortController();
      before.abort();
    },
    status,
    check,
    async close() {
      closing.abort();
      await running;
    },
  };
}

function stateOf(
  parsed: ImageReference | undefined,
  digests: readonly string[],
  newest: string | null,
): ServiceUpdate["state"] {
  if (!parsed) return "unknown";
  if (parsed.digest !== null) return "pinned";
  if (digests.length === 0) return "local";
  if (newest === null) return "unknown";
  return digests.includes(newest) ? "current" : "newer";
}

/** The reference to check; undefined for an image that was built here or is pinned by digest. */
function checkable(image: ImageInUse): ImageReference | undefined {
  const parsed = parseImageReference(image.reference);
  if (!parsed || parsed.digest !== null || digestsOf(parsed, image).length === 0) return undefined;
  return parsed;
}

/** Digests of the image in the repository of its reference. An image can have several. */
function digestsOf({ registry, repository }: ImageReference, { digests }: Pick<ImageInUse, "digests">): string[] {
  return digests.flatMap((name) => {
    const parsed = parseImageReference(name);
    return parsed?.digest && parsed.registry === registry && parsed.repository === repository ? [parsed.digest] : [];
  });
}
