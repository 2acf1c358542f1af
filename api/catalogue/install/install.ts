import { setTimeout as delay } from "node:timers/promises";
import { createFrameDecoder } from "../../../shared/logs/docker/container-frames.ts";
import type { Credential, InstallInput } from "../../../shared/protocol/catalogue.ts";
import { createBackoff } from "../../../shared/server/async/backoff.ts";
import { setDeadline } from "../../../shared/server/async/deadline.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { JobHandle } from "../../jobs/jobs.ts";
import type { CatalogueEntry } from "../entry.ts";
import { installSteps } from "../messages.ts";
import { CATALOGUE_LABEL, type InstallPlan, planInstall } from "./plan.ts";
import { requireInstallable } from "./preview.ts";
import { MASK, makeSecrets } from "./secrets.ts";

export interface InstallDeps {
  docker: DockerEngine;
  /** Credentials for an image's registry, if any: Docker Hub allows more pulls with an account. */
  registries: { authFor(reference: string): string | undefined };
}

export interface Installed {
  containerId: string;
  page: string | null;
  credentials: Credential[];
}

const POLL_INTERVAL_MS = 500;
const MAX_EXIT_POLLS = 10;
/** A container without a health check counts as started after this run time. */
const STABLE_AFTER_MS = 5_000;
/** Lines of a failed container that are shown. */
const LAST_LINES = 20;
/** For them, an Engine that is busy with the restarts of the container is asked again. */
const LOG_TIMEOUT_MS = 30_000;
/** How long a rollback repeats its steps while the Engine does not respond, from the first time on. */
const UNDO_LIMIT_MS = 30_000;

/**
 * Creates and starts the container of an entry and waits until it is healthy. Any failure before that, including a
 * cancellation, is rolled back; volumes that existed before are kept. Steps and lines never contain a secret.
 * @param publicHost Name under which published ports are reached from outside.
 * @throws AppError `invalid_input` or `conflict` when the preview has a problem, `conflict` when the container does not become
 * healthy, and refusals by the Engine or the registry.
 */
export async function installEntry(
  { docker, registries }: InstallDeps,
  entry: CatalogueEntry,
  input: InstallInput,
  publicHost: string,
  handle: JobHandle,
): Promise<Installed> {
  const { signal, step } = handle;
  const { hostPorts, existingVolumes } = await requireInstallable(docker, entry, input, publicHost);
  const plan = planInstall(entry, input, { secrets: makeSecrets(entry), publicHost, hostPorts });
  const { container } = plan;
  const undo: Undo[] = [];
  const stage = async <T>(id: string, label: string, run: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    step({ id, label, state: "running" });
    try {
      const result = await run();
      step({ id, label, state: "done" });
      return result;
    } catch (error) {
      step({ id, label, state: signal.aborted ? "cancelled" : "failed" });
      throw error;
    }
  };
  try {
    await stage("pull", installSteps.pull(container.image), () => {
      const registryAuth = registries.authFor(container.image);
      return docker.images.pull(container.image, { signal, onStep: step, registryAuth });
    });
    await stage("prepare", installSteps.prepare, () => prepare(docker, plan, existingVolumes, undo));
    const id = await stage("create", installSteps.create, async () => {
      const created = await docker.lifecycle.create(container);
      undo.push(() => docker.lifecycle.discard(created));
      return created;
    });
    await stage("start", installSteps.start, () => docker.act(id, "start"));
    await stage("health", installSteps.health, () => untilHealthy(docker, entry, plan, id, handle));
    return { containerId: id, page: plan.page, credentials: plan.credentials };
  } catch (error) {
    step({ id: "undo", label: installSteps.rollback, state: "running" });
    const isComplete = await rollBack(undo);
    step({ id: "undo", label: installSteps.rollback, state: isComplete ? "done" : "failed" });
    if (!isComplete) handle.line(installSteps.rollbackIncomplete);
    throw error;
  }
}

async function prepare(
  { volumes, networks }: DockerEngine,
  { container, ownNetwork }: InstallPlan,
  existing: ReadonlySet<string>,
  undo: Undo[],
): Promise<void> {
  const labels = { [CATALOGUE_LABEL]: container.labels[CATALOGUE_LABEL] ?? "" };
  for (const { name } of container.volumes) {
    if (existing.has(name)) continue;
    await volumes.create({ name, labels });
    undo.push(() => volumes.remove(name));
  }
  if (!ownNetwork) return;
  const { id } = await networks.create({ name: container.network, internal: false, labels });
  undo.push(() => networks.remove(id));
}

type Undo = () => Promise<unknown>;

/**
 * Runs the undo steps, newest first, each independently of the others, and repeats one while the Engine does not respond.
 * Returns whether nothing is left.
 */
async function rollBack(undo: Undo[]): Promise<boolean> {
  const ended = new AbortController();
  const backoff = createBackoff(500, 8_000);
  let endLimit: (() => void) | undefined; // shared by all steps: an Engine that is away ends them soon
  let isComplete = true;
  const run = async (step: Undo): Promise<void> => {
    try {
      await step();
    } catch (error) {
      if (error instanceof AppError && error.code === "not_found") return;
      if (error instanceof UnavailableError) endLimit ??= setDeadline(() => ended.abort(), UNDO_LIMIT_MS);
      // A removal that was not answered may still be under way: until its end, another one is refused.
      const isPassing = error instanceof UnavailableError || (error instanceof AppError && error.code === "conflict");
      if (endLimit === undefined || ended.signal.aborted || !isPassing) {
        isComplete = false;
        return;
      }
      await backoff.wait(ended.signal);
      await run(step);
    }
  };
  for (const step of undo.reverse()) await run(step);
  endLimit?.();
  return isComplete;
}

/**
 * Waits until a container is healthy. On a failure, reports the container's last lines.
 * @throws AppError `conflict` when it exits, is unhealthy, or takes longer than the entry allows.
 */
async function untilHealthy(
  docker: DockerEngine,
  { startSeconds, name }: CatalogueEntry,
  plan: InstallPlan,
  id: string,
  { signal, line }: JobHandle,
): Promise<void> {
  const startedAt = performance.now();
  const fail = async (message: string): Promise<never> => {
    for (const text of await lastLines(docker, id).catch(() => [])) line(withoutSecrets(text, plan.secretValues));
    throw new AppError("conflict", message);
  };
  for (;;) {
    signal.throwIfAborted();
    const seen = await look(docker, id);
    const passed = performance.now() - startedAt;
    const { state, health, exitCode, restartCount } = seen ?? { state: "running" };
    if (state !== "running" || (restartCount ?? 0) > 0) {
      await fail(installSteps.exited(name, exitCode ?? (await nextExitCode(docker, id, signal))));
    }
    if (health === "healthy" || (seen && health === "none" && passed >= STABLE_AFTER_MS)) return;
    if (health === "unhealthy") await fail(installSteps.unhealthy(name));
    if (passed >= startSeconds * 1000) await fail(installSteps.timedOut(name, startSeconds));
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/** Undefined while the Engine does not respond: that is no reason to take the installation back. */
const look = (docker: DockerEngine, id: string) =>
  docker.detail(id).catch((error: unknown) => {
    if (error instanceof UnavailableError) return undefined;
    throw error;
  });

/** The Engine reports no exit code while a restarted container runs: waits for its next exit. */
async function nextExitCode(docker: DockerEngine, id: string, signal: AbortSignal): Promise<number | null> {
  for (let poll = 0; poll < MAX_EXIT_POLLS; poll++) {
    await delay(POLL_INTERVAL_MS, undefined, { signal });
    const exitCode = (await look(docker, id))?.exitCode ?? null;
    if (exitCode !== null) return exitCode;
  }
  return null;
}

async function lastLines(docker: DockerEngine, id: string): Promise<string[]> {
  const signal = AbortSignal.timeout(LOG_TIMEOUT_MS);
  for (;;) {
    try {
      return await readLastLines(docker, id, signal);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await delay(POLL_INTERVAL_MS, undefined, { signal });
    }
  }
}

async function readLastLines(docker: DockerEngine, id: string, signal: AbortSignal): Promise<string[]> {
  const stream = await docker.openLogs(id, { follow: false, tail: LAST_LINES, signal });
  const decoder = createFrameDecoder();
  const lines: string[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    lines.push(...decoder.add(chunk).map(({ text }) => text.trimEnd()));
    lines.splice(0, Math.max(0, lines.length - LAST_LINES));
  }
  lines.push(...decoder.end().map(({ text }) => text.trimEnd()));
  return lines.slice(-LAST_LINES);
}

/** Masks secrets, the longest first, since one may be the start of another. */
const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  [...secrets].sort((a, b) => b.length - a.length).reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
