import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerInspectInfo } from "dockerode";
import { type EngineCalls, hidingEnvironment } from "../../../shared/docker/engine-calls.ts";
import { toMadeId } from "../../../shared/docker/engine-responses.ts";
import { ownContainerId } from "../../../shared/docker/own-container.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";
import { type Creation, type ImageDefaults, toCreation } from "./create-request.ts";
import { noJournal, type RecreateEntry, type RecreateJournal } from "./recreate-journal.ts";
import type { RecreatePhase } from "./recreate-phases.ts";
import { backupName, createContainerMoves, nextName } from "./recreate-steps.ts";

export interface RecreateOptions {
  /** A reference or id of an image on the host; by default the reference of the container, as it resolves now. */
  image?: string;
  /** Cancels the recreate, which restores the old container. */
  signal: AbortSignal;
  onPhase?(phase: RecreatePhase): void;
}

export interface Recreated {
  /** Full id of the new container. */
  id: string;
  name: string;
  /** Image of the old container. `recreate(name, { image: previousImageId })` rolls back. */
  previousImageId: string;
  /** Name of the old container when it could not be removed; null otherwise. */
  leftBehind: string | null;
}

export type Recreate = (ref: string, options: RecreateOptions) => Promise<Recreated>;

/** The Engine may copy files of the image into new volumes. */
const CREATE_LIMIT_MS = 120_000;
/** Time after which a container without a health check counts as running. */
const STABLE_AFTER_MS = 3_000;
/** Longest wait for the result of a health check. */
const HEALTH_MAX_MS = 300_000;
const POLL_INTERVAL_MS = 250;
/** A container that has run for this time is a service, not a job that ends by itself. */
const SERVICE_AGE_MS = 120_000;
const NANOSECONDS = 1_000_000;

/**
 * Recreates a container with the same configuration. The old one is kept as a backup under another name until the new
 * one runs (is healthy, where it has a health check), and restored when it does not. Long because each step has its undo
 * beside it, on the same two containers.
 */
export function createRecreate({ call, inspect }: EngineCalls, journal: RecreateJournal = noJournal): Recreate {
  const { start, stop, stopNow, rename, remove } = createContainerMoves({ call });

  const defaultsOf = async (reference: string): Promise<ImageDefaults | undefined> => {
    const path = `/images/${reference.split("/").map(encodeURIComponent).join("/")}/json`;
    const image = await call({ method: "GET", path }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      throw error;
    });
    const { Id, Config } = (image ?? {}) as { Id?: string; Config?: Record<string, unknown> | null };
    return Id === undefined ? undefined : { id: Id, config: Config ?? {} };
  };

  const create = async (name: string, { body, endpoints }: Creation): Promise<string> => {
    const made = await call({ method: "POST", path: "/containers/create", query: { name }, body }, CREATE_LIMIT_MS);
    const id = toMadeId(made);
    await attach(id, endpoints);
    return id;
  };

  /** Connects a new container to its networks. The one that the Engine chose by the network mode is disconnected first. */
  const attach = async (id: string, endpoints: Creation["endpoints"]) => {
    if (endpoints.length === 0) return;
    const { NetworkSettings } = await inspect(id);
    for (const network of Object.keys(NetworkSettings.Networks)) {
      await call({ method: "POST", path: networkPath(network, "disconnect"), body: { Container: id, Force: true } });
    }
    for (const { network, config } of endpoints) {
      const body = { Container: id, EndpointConfig: config };
      await call({ method: "POST", path: networkPath(network, "connect"), body });
    }
  };

  const waitUntilRunning = async (id: string, mayEnd: boolean, signal: AbortSignal) => {
    const began = performance.now();
    for (;;) {
      // Before the look: a slow one must not count as time that the container ran.
      const passed = performance.now() - began;
      const { State, Config, RestartCount } = await inspect(id);
      if (State.Restarting || RestartCount > 0 || (!State.Running && (State.ExitCode !== 0 || !mayEnd))) {
        throw new AppError("conflict", messages.endedWithCode(State.ExitCode));
      }
      if (!State.Running) return; // a job that has already ended
      const health = State.Health?.Status;
      if (health === "unhealthy") throw new AppError("conflict", messages.unhealthy);
      if (
        health === "starting"
          ? passed > healthLimit(Config.Healthcheck)
          : passed > STABLE_AFTER_MS || health === "healthy"
      )
        return;
      await delay(POLL_INTERVAL_MS, undefined, { signal });
    }
  };

  /** Undoes the steps. One that fails does not prevent the others. @throws AppError when the old container is not restored */
  const restore = async (steps: (() => Promise<unknown>)[], old: ContainerInspectInfo) => {
    for (const step of steps) await step().catch(() => undefined);
    const now = await inspect(old.Id).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      if (error instanceof UnavailableError) throw engineAway(error);
      throw error;
    });
    if (!now) throw new AppError("internal", messages.previousContainerGone);
    if (now.Name !== old.Name || (!now.State.Running && old.State.Running)) {
      const name = now.Name.replace(/^\//, "");
      throw new AppError("conflict", messages.notRestored(name));
    }
  };

  /** Removes the new container. When that fails, or the Engine may still create it, recovery removes it later. */
  const removeNew = async (ref: string, entry: RecreateEntry, mayComeLater: boolean): Promise<void> => {
    try {
      await remove(ref, true);
      journal.end(entry.mark);
    } catch (error) {
      const isGone = error instanceof AppError && error.code === "not_found";
      if (isGone && !mayComeLater) journal.end(entry.mark);
      // The old container is restored. If it does not run later, somebody has stopped it.
      else journal.leave({ ...entry, wasRunning: false });
    }
  };

  return async (ref, options) => {
    const old = await inspect(ref);
    return await hidingEnvironment(old.Config.Env, () => recreate(old, options));
  };

  async function recreate(
    old: ContainerInspectInfo,
    { image, signal, onPhase = () => {} }: RecreateOptions,
  ): Promise<Recreated> {
    const name = old.Name.replace(/^\//, "");
    refuseUnsupported(old);
    const to =
      (await defaultsOf(image ?? old.Config.Image)) ?? (image === undefined ? await defaultsOf(old.Image) : undefined);
    if (!to) throw new AppError("not_found", messages.imageMissing);
    const from = (await defaultsOf(old.Image)) ?? to;
    const reference = image ?? ((await defaultsOf(old.Config.Image)) ? old.Config.Image : old.Image);
    const wasRunning = old.State.Running || old.State.Restarting;
    const mark = randomBytes(3).toString("hex");
    const backup = backupName(name, mark);
    const next = nextName(name, mark);
    let entry: RecreateEntry = { mark, name, oldId: old.Id, newId: null, wasRunning, phase: "create" };
    const enter = (phase: RecreatePhase) => {
      entry = { ...entry, phase };
      journal.note(entry);
      onPhase(phase);
    };

    signal.throwIfAborted();
    onPhase("create");
    journal.begin(entry);
    const id = await create(next, toCreation(old, { image: reference, from, to })).catch(async (error: unknown) => {
      await removeNew(next, entry, error instanceof UnavailableError);
      throw error;
    });
    entry = { ...entry, newId: id };
    journal.note(entry);

    /** Undoes each step so far. Runs from the last to the first. */
    const undo: (() => Promise<unknown>)[] = [() => remove(id, true)];
    try {
      signal.throwIfAborted();
      if (wasRunning) {
        enter("stop");
        undo.push(() => start(old.Id));
        await stop(old);
      }
      undo.push(() => rename(old.Id, name));
      await rename(old.Id, backup);
      undo.push(() => rename(id, next));
      await rename(id, name);
      signal.throwIfAborted();
      if (wasRunning) {
        enter("start");
        undo.push(() => stopNow(id));
        await start(id);
        enter("check");
        await waitUntilRunning(id, mayEnd(old), signal);
      }
    } catch (error) {
      enter("restore");
      try {
        await restore(undo.reverse(), old);
      } catch (failure) {
        if (failure instanceof UnavailableError) journal.leave(entry);
        throw failure; // any other failure is tried again at the next start of the server
      }
      await removeNew(id, entry, false);
      throw error;
    }
    enter("clean");
    const removed = await remove(old.Id, false).then(
      () => true,
      () => false,
    );
    journal.end(mark);
    return { id, name, previousImageId: old.Image, leftBehind: removed ? null : backup };
  }
}

const engineAway = (cause: unknown) => new UnavailableError("down", messages.restoredLater, cause);

function refuseUnsupported({ Id, State, HostConfig, Config }: ContainerInspectInfo): void {
  const refuse = (sentence: string) => {
    throw new AppError("conflict", sentence);
  };
  if (HostConfig.AutoRemove) refuse(messages.autoRemove);
  if (State.Paused) refuse(messages.paused);
  if (State.Dead || State.Status === "removing") refuse(messages.beingRemoved);
  if (Config.Labels?.["com.docker.swarm.task.id"]) refuse(messages.swarm);
  if (Id === ownContainerId()) refuse(messages.ownContainer);
}

/** Whether the container may end without an error, as a job does and a service does not. */
export function mayEnd({ State, HostConfig }: ContainerInspectInfo, now = Date.now()): boolean {
  const policy = HostConfig.RestartPolicy?.Name ?? "";
  // `on-failure` allows a successful end: only the age distinguishes a service from a job.
  if (policy === "always" || policy === "unless-stopped") return false;
  return !(State.Running && now - Date.parse(State.StartedAt) >= SERVICE_AGE_MS);
}

const networkPath = (network: string, action: string) => `/networks/${encodeURIComponent(network)}/${action}`;

/** Milliseconds after which a health check has a result, at most five minutes. */
function healthLimit(check: ContainerInspectInfo["Config"]["Healthcheck"]): number {
  const { StartPeriod = 0, Interval = 0, Timeout = 0, Retries = 0 } = check ?? {};
  const once = (Interval || 30_000 * NANOSECONDS) + (Timeout || 30_000 * NANOSECONDS);
  return Math.min(HEALTH_MAX_MS, (StartPeriod + once * ((Retries || 3) + 1)) / NANOSECONDS);
}
