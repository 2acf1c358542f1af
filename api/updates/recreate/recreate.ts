import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ContainerInspectInfo } from "dockerode";
import { type EngineCalls, hidingEnvironment } from "../../../shared/docker/engine-calls.ts";
import { toMadeId } from "../../../shared/docker/engine-responses.ts";
import { ownContainerId } from "../../../shared/docker/own-container.ts";
import { UnavailableError } from "../../../shared/server/dependency.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { type Creation, type ImageDefaults, toCreation } from "./create-request.ts";
import { noJournal, type RecreateEntry, type RecreateJournal } from "./recreate-journal.ts";
import type { RecreatePhase } from "./recreate-phases.ts";
import { asideName, createContainerMoves, nextName } from "./recreate-steps.ts";

export interface RecreateOptions {
  /** A reference or id that is on the host already; the container's own reference, wherever it points now, when absent. */
  image?: string;
  /** Ends it: the old container is then back where it was. */
  signal: AbortSignal;
  onPhase?(phase: RecreatePhase): void;
}

export interface Recreated {
  /** Full id of the new container. */
  id: string;
  name: string;
  /** Image the old container was made of; `recreate(name, { image: previousImageId })` is the way back. */
  previousImageId: string;
  /** Name of the old container when it could not be removed, which harms nobody. */
  leftBehind: string | null;
}

export type Recreate = (ref: string, options: RecreateOptions) => Promise<Recreated>;

/** A creation may copy what the image holds into new volumes. */
const CREATE_LIMIT_MS = 120_000;
/** A container without a health check that is still up after so long counts as running. */
const SETTLE_MS = 3_000;
/** Longest wait for a health check to say something. */
const HEALTH_MAX_MS = 300_000;
const LOOK_MS = 250;
/** What had been up for so long was a service, not a job with an end. */
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

  /** A container is made in one network by its mode alone: that one is left, and all are entered as they were. */
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

  const untilRunning = async (id: string, mayEnd: boolean, signal: AbortSignal) => {
    const began = performance.now();
    for (;;) {
      const { State, Config, RestartCount } = await inspect(id);
      const passed = performance.now() - began;
      if (State.Restarting || RestartCount > 0 || (!State.Running && (State.ExitCode !== 0 || !mayEnd))) {
        throw new AppError("conflict", `The new container ended right after its start, with code ${State.ExitCode}.`);
      }
      if (!State.Running) return; // a job that is done already
      const health = State.Health?.Status;
      if (health === "unhealthy") throw new AppError("conflict", "The new container runs, but says it is not healthy.");
      if (health === "starting" ? passed > healthLimit(Config.Healthcheck) : passed > SETTLE_MS || health === "healthy")
        return;
      await delay(LOOK_MS, undefined, { signal });
    }
  };

  /** Takes back step by step: one that needs no taking back, or cannot be, must not keep the rest from it. */
  const restore = async (steps: (() => Promise<unknown>)[], old: ContainerInspectInfo) => {
    for (const step of steps) await step().catch(() => undefined);
    const now = await inspect(old.Id).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "not_found") return undefined;
      if (error instanceof UnavailableError) throw stillAway(error);
      throw error;
    });
    if (!now) throw new AppError("internal", "It failed, and the previous container is gone as well.");
    if (now.Name !== old.Name || (!now.State.Running && old.State.Running)) {
      const name = now.Name.replace(/^\//, "");
      throw new AppError("conflict", `It failed, and the previous container, now ${name}, could not be restored.`);
    }
  };

  /** Removes the new container. Where that fails, or the Engine may still be making it, recovery continues with it. */
  const takeAway = async (ref: string, entry: RecreateEntry, mayComeLater: boolean): Promise<void> => {
    try {
      await remove(ref, true);
      journal.end(entry.mark);
    } catch (error) {
      const isGone = error instanceof AppError && error.code === "not_found";
      if (isGone && !mayComeLater) journal.end(entry.mark);
      // The old one needs nothing any more: if it does not run later, somebody has stopped it.
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
    refuseWhatCannot(old);
    const to =
      (await defaultsOf(image ?? old.Config.Image)) ?? (image === undefined ? await defaultsOf(old.Image) : undefined);
    if (!to) throw new AppError("not_found", "This image is not on the host: pull it first.");
    const from = (await defaultsOf(old.Image)) ?? to;
    const reference = image ?? ((await defaultsOf(old.Config.Image)) ? old.Config.Image : old.Image);
    const wasRunning = old.State.Running || old.State.Restarting;
    const mark = randomBytes(3).toString("hex");
    const aside = asideName(name, mark);
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
      await takeAway(next, entry, error instanceof UnavailableError);
      throw error;
    });
    entry = { ...entry, newId: id };
    journal.note(entry);

    /** Undoes what was done so far, the last first. */
    const undo: (() => Promise<unknown>)[] = [() => remove(id, true)];
    try {
      signal.throwIfAborted();
      if (wasRunning) {
        enter("stop");
        undo.push(() => start(old.Id));
        await stop(old);
      }
      undo.push(() => rename(old.Id, name));
      await rename(old.Id, aside);
      undo.push(() => rename(id, next));
      await rename(id, name);
      signal.throwIfAborted();
      if (wasRunning) {
        enter("start");
        undo.push(() => stopNow(id));
        await start(id);
        enter("check");
        await untilRunning(id, mayEnd(old), signal);
      }
    } catch (error) {
      enter("restore");
      try {
        await restore(undo.reverse(), old);
      } catch (failure) {
        if (failure instanceof UnavailableError) journal.leave(entry);
        throw failure; // anything else is tried once more at the next start
      }
      await takeAway(id, entry, false);
      throw error;
    }
    enter("clean");
    const gone = await remove(old.Id, false).then(
      () => true,
      () => false,
    );
    journal.end(mark);
    return { id, name, previousImageId: old.Image, leftBehind: gone ? null : aside };
  }
}

const stillAway = (cause: unknown) =>
  new UnavailableError(
    "down",
    "It failed, and the Docker Engine does not respond: the previous container is restored as soon as it does.",
    cause,
  );

function refuseWhatCannot({ Id, State, HostConfig, Config }: ContainerInspectInfo): void {
  const refuse = (sentence: string) => {
    throw new AppError("conflict", sentence);
  };
  if (HostConfig.AutoRemove)
    refuse("This container is removed as soon as it stops: it cannot be kept aside meanwhile.");
  if (State.Paused) refuse("This container is paused: unpause it first.");
  if (State.Dead || State.Status === "removing") refuse("This container is being removed.");
  if (Config.Labels?.["com.docker.swarm.task.id"])
    refuse("This container belongs to a swarm, which makes it anew itself.");
  if (Id === ownContainerId())
    refuse("The panel itself runs in this container, and would end before the work is done.");
}

/** Whether an end without an error is what is expected of it: of a job, not of what is to stay up. */
export function mayEnd({ State, HostConfig }: ContainerInspectInfo, now = Date.now()): boolean {
  const policy = HostConfig.RestartPolicy?.Name ?? "";
  // `on-failure` is for work that ends well: only its age tells a service from a job.
  if (policy === "always" || policy === "unless-stopped") return false;
  return !(State.Running && now - Date.parse(State.StartedAt) >= SERVICE_AGE_MS);
}

const networkPath = (network: string, action: string) => `/networks/${encodeURIComponent(network)}/${action}`;

/** After so long a health check has failed often enough to say so. */
function healthLimit(check: ContainerInspectInfo["Config"]["Healthcheck"]): number {
  const { StartPeriod = 0, Interval = 0, Timeout = 0, Retries = 0 } = check ?? {};
  const once = (Interval || 30_000 * NANOSECONDS) + (Timeout || 30_000 * NANOSECONDS);
  return Math.min(HEALTH_MAX_MS, (StartPeriod + once * ((Retries || 3) + 1)) / NANOSECONDS);
}
