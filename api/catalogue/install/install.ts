import { setTimeout as delay } from "node:timers/promises";
import { createFrameDecoder } from "../../../shared/logs/sources/docker/container-frames.ts";
import type { Credential, InstallInput } from "../../../shared/protocol/catalogue.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import type { JobHandle } from "../../jobs/jobs.ts";
import type { CatalogueEntry } from "../entry.ts";
import { CATALOGUE_LABEL, type InstallPlan, planInstall } from "./plan.ts";
import { isAboutInput, previewInstall } from "./preview.ts";
import { MASK, makeSecrets } from "./secrets.ts";

export interface InstallDeps {
  docker: DockerEngine;
  /** Log-in for an image's registry, if there is one: Docker Hub gives more pulls to whom it knows. */
  registries: { authFor(reference: string): string | undefined };
}

export interface Installed {
  containerId: string;
  page: string | null;
  credentials: Credential[];
}

const POLL_INTERVAL_MS = 500;
const MAX_EXIT_POLLS = 10;
/** Without a check, a container that has run for so long counts as started. */
const STABLE_AFTER_MS = 5_000;
/** Lines of a container that failed which are told. */
const LAST_LINES = 20;
const LOG_TIMEOUT_MS = 5_000;

/**
 * Makes and starts what an entry describes, and waits until it is healthy. Whatever goes wrong before that, a
 * cancellation included, everything made here is taken away again; volumes that were there before stay as they are.
 * Nothing that is told on the way holds a secret.
 */
export async function installEntry(
  { docker, registries }: InstallDeps,
  entry: CatalogueEntry,
  input: InstallInput,
  publicHost: string,
  handle: JobHandle,
): Promise<Installed> {
  const { signal, step } = handle;
  const { preview, hostPorts, existingVolumes } = await previewInstall(docker, entry, input, publicHost);
  const [problem] = preview.problems;
  if (problem) throw new AppError(isAboutInput(problem.field) ? "invalid_input" : "conflict", problem.message);
  const plan = planInstall(entry, input, { secrets: makeSecrets(entry), publicHost, hostPorts });
  const { container } = plan;
  const undo: (() => Promise<unknown>)[] = [];
  const stage = async <T>(id: string, label: string, work: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    step({ id, label, state: "running" });
    try {
      const result = await work();
      step({ id, label, state: "done" });
      return result;
    } catch (error) {
      step({ id, label, state: signal.aborted ? "cancelled" : "failed" });
      throw error;
    }
  };
  try {
    await stage("pull", `Pull ${container.image}`, () => {
      const registryAuth = registries.authFor(container.image);
      return docker.images.pull(container.image, { signal, onStep: step, registryAuth });
    });
    await stage("prepare", "Make its volumes and network", () => prepare(docker, plan, existingVolumes, undo));
    const id = await stage("create", "Create the container", async () => {
      const made = await docker.lifecycle.create(container);
      undo.push(() => docker.lifecycle.discard(made));
      return made;
    });
    await stage("start", "Start it", () => docker.act(id, "start"));
    await stage("health", "Wait until it is healthy", () => untilHealthy(docker, entry, plan, id, handle));
    return { containerId: id, page: plan.page, credentials: plan.credentials };
  } catch (error) {
    step({ id: "undo", label: "Take away what was made", state: "running" });
    const left = await rollBack(undo);
    step({ id: "undo", label: "Take away what was made", state: left ? "failed" : "done" });
    if (left)
      handle.line("Something could not be taken away again; look for it among containers, volumes and networks.");
    throw error;
  }
}

async function prepare(
  { volumes, networks }: DockerEngine,
  { container, ownNetwork }: InstallPlan,
  existing: ReadonlySet<string>,
  undo: (() => Promise<unknown>)[],
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

/** In the opposite order of making, each by itself; answers whether something is left. */
async function rollBack(undo: (() => Promise<unknown>)[]): Promise<boolean> {
  let left = false;
  for (const work of undo.reverse()) {
    await work().catch((error: unknown) => {
      if (!(error instanceof AppError && error.code === "not_found")) left = true;
    });
  }
  return left;
}

/** Throws with the reason once it is plain that the container does not come up, and tells its last lines. */
async function untilHealthy(
  docker: DockerEngine,
  { startSeconds, name }: CatalogueEntry,
  plan: InstallPlan,
  id: string,
  { signal, line }: JobHandle,
): Promise<void> {
  const begun = performance.now();
  const fail = async (message: string): Promise<never> => {
    for (const text of await lastLines(docker, id).catch(() => [])) line(withoutSecrets(text, plan.secretValues));
    throw new AppError("conflict", message);
  };
  for (;;) {
    signal.throwIfAborted();
    const { state, health, exitCode, restartCount } = await docker.detail(id);
    const passed = performance.now() - begun;
    if (state !== "running" || (restartCount ?? 0) > 0) {
      const ended = exitCode ?? (await nextExitCode(docker, id, signal));
      const code = ended === null ? "" : ` (code ${ended})`;
      await fail(`${name} ended by itself${code}; its last lines say why.`);
    }
    if (health === "healthy" || (health === "none" && passed >= STABLE_AFTER_MS)) return;
    if (health === "unhealthy") await fail(`${name} runs, but its health check fails; its last lines may say why.`);
    if (passed >= startSeconds * 1000) await fail(`${name} was not healthy within ${startSeconds} s.`);
    await delay(POLL_INTERVAL_MS, undefined, { signal });
  }
}

/** A container that was restarted runs again for a moment, and the Engine knows no code then: its next end tells it. */
async function nextExitCode(docker: DockerEngine, id: string, signal: AbortSignal): Promise<number | null> {
  for (let look = 0; look < MAX_EXIT_POLLS; look++) {
    await delay(POLL_INTERVAL_MS, undefined, { signal });
    const { exitCode } = await docker.detail(id);
    if (exitCode !== null) return exitCode;
  }
  return null;
}

async function lastLines(docker: DockerEngine, id: string): Promise<string[]> {
  const stream = await docker.openLogs(id, {
    follow: false,
    tail: LAST_LINES,
    signal: AbortSignal.timeout(LOG_TIMEOUT_MS),
  });
  const decoder = createFrameDecoder();
  const lines: string[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    lines.push(...decoder.add(chunk).map(({ text }) => text.trimEnd()));
    lines.splice(0, Math.max(0, lines.length - LAST_LINES));
  }
  lines.push(...decoder.end().map(({ text }) => text.trimEnd()));
  return lines.slice(-LAST_LINES);
}

/** Longest first: one may be the beginning of another. */
const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  [...secrets].sort((a, b) => b.length - a.length).reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
