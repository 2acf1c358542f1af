import type { ContainerEvent, ContainerEvents } from "../../../shared/host/container-events.ts";
import type { DockerHost } from "../../../shared/host/docker.ts";
import type { Service } from "../../../shared/protocol/service.ts";
import { delay } from "../../../shared/server/backoff.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { SignalSink } from "../engine/engine.ts";
import type { Subject } from "../engine/subjects.ts";
import type { SignalSource } from "./source.ts";
import { createStopReasons, exitCodeOf, looksLikeCrash } from "./stop-reason.ts";

/** Events kept while the list is read; beyond it the list is read again. */
const HELD_MAX = 5_000;
/** Wait before a list that failed is read again. */
const AGAIN_MS = 2_000;
/** Changes of names are gathered before the list is read. */
const SETTLE_MS = 300;
/** A stop by a signal of its own (httpd's SIGWINCH) is only told by the event behind the end. */
const STOP_EVENT_MS = 1_500;
/** Containers that ended unseen and are looked at one by one. */
const UNSEEN_MAX = 200;
/** How often it is written down that the Engine is listened to. */
const ATTACHED_EVERY_MS = 15_000;

export interface ContainerSourceOptions {
  docker: Pick<DockerHost, "list" | "detail">;
  events: ContainerEvents;
  sink: SignalSink;
  log: Log;
  /** Until when the Engine was listened to, milliseconds since the epoch; kept over a restart. */
  attached: { get(): number | undefined; set(at: number): void };
  /** Whether the panel itself restarts it just now: then it is not well because it ends. */
  isHealing(name: string): boolean;
}

export interface ContainerSource extends SignalSource {
  /** Whether somebody has just asked this container to end. */
  isTouched(id: string): boolean;
  /** Compose project of a container by its name. */
  projectOf(name: string): string | null;
}

interface Known {
  id: string;
  subject: Subject;
  /** It ended without being asked to. */
  crashed: boolean;
}

/** What the Engine tells of its containers: stopped, unhealthy, restarted by themselves, killed for their memory. */
export function createContainerSource({
  docker,
  events,
  sink,
  log,
  attached,
  isHealing,
}: ContainerSourceOptions): ContainerSource {
  const known = new Map<string, Known>(); // by id
  const stops = createStopReasons();
  const timers = new Map<string, NodeJS.Timeout>(); // ends whose reason is not clear yet, by id
  const abort = new AbortController();
  let held: ContainerEvent[] | undefined;
  let reading: Promise<void> | undefined;
  let again = false;
  let later: NodeJS.Timeout | undefined;

  const noteRun = (one: Known, detail: string) => {
    one.crashed = false;
    sink.report("container-stopped", one.subject, { active: false, detail });
  };
  const noteEnd = (one: Known, exitCode: number) => {
    sink.report("container-unhealthy", one.subject, { active: false, detail: "it does not run" });
    const detail = `ended with exit code ${exitCode}`;
    sink.report("container-stopped", one.subject, { active: true, mild: exitCode === 0, detail });
    one.crashed = true;
  };
  const noteWantedEnd = (one: Known) => {
    noteRun(one, "stopped on purpose");
    if (isHealing(one.subject.name)) return;
    sink.report("container-unhealthy", one.subject, { active: false, detail: "stopped on purpose" });
  };
  const clear = (id: string) => {
    clearTimeout(timers.get(id));
    timers.delete(id);
  };

  const onDie = (one: Known, exitCode: number) => {
    if (stops.isWanted(one.id)) {
      return noteWantedEnd(one);
    }
    clear(one.id);
    // A `start` that follows at once is the Engine's restart of what ended: it counts before the timer does.
    one.crashed = true;
    timers.set(
      one.id,
      setTimeout(() => {
        timers.delete(one.id);
        noteEnd(one, exitCode);
      }, STOP_EVENT_MS),
    );
  };
  const onStart = (one: Known) => {
    clear(one.id);
    if (one.crashed) {
      sink.report("container-restarts", one.subject, {
        occurrences: 1,
        detail: "started again after it ended by itself",
      });
    }
    noteRun(one, "it runs again");
    stops.forget(one.id);
  };
  const onHealth = (one: Known, health: string) => {
    // "starting" says nothing: what was unhealthy is not well before it says so.
    if (health === "unhealthy")
      sink.report("container-unhealthy", one.subject, { active: true, detail: "its health check fails" });
    if (health === "healthy")
      sink.report("container-unhealthy", one.subject, { active: false, detail: "its health check is well" });
  };

  const apply = (event: ContainerEvent) => {
    const { id, action } = event;
    if (action === "destroy") {
      clear(id);
      known.delete(id);
      stops.forget(id);
      // Compose gives the name to the next container: only the list can tell whether one has it.
      return readLater();
    }
    if (action === "create" || action === "rename") return readLater();
    const subject: Subject = { kind: "container", name: event.name, project: event.composeProject ?? null };
    const one = known.get(id) ?? { id, subject, crashed: false };
    known.set(id, one);
    if (action === "kill") stops.noteSignal(id, event.signal ?? 0);
    else if (action === "die") onDie(one, event.exitCode ?? -1);
    else if (action === "stop") {
      clear(id);
      noteWantedEnd(one);
    } else if (action === "start") onStart(one);
    else if (action === "oom") {
      sink.report("container-oom", one.subject, { occurrences: 1, detail: "killed for want of memory" });
    } else if (action.startsWith("health_status")) onHealth(one, action.slice(action.indexOf(":") + 1).trim());
  };
  const onEvent = (event: ContainerEvent) => {
    if (!held) return apply(event);
    if (held.length < HELD_MAX) held.push(event);
    else again = true;
  };

  /** A container found ended: a crash only when it ended while nobody looked, with a code no stop leaves behind. */
  const lookAtUnseen = async (service: Service, since: number) => {
    const exitCode = exitCodeOf(service.status);
    const one = known.get(service.id);
    if (!one || exitCode === undefined || !looksLikeCrash(exitCode) || stops.isWanted(one.id)) return;
    try {
      const { finishedAt } = await docker.detail(service.id);
      if (finishedAt !== null && Date.parse(finishedAt) >= since) noteEnd(one, exitCode);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "not_found")) throw error;
    }
  };
  const takeOver = (services: readonly Service[]) => {
    const listed = new Set(services.map(({ id }) => id));
    for (const id of [...known.keys()]) if (!listed.has(id)) known.delete(id);
    for (const service of services) {
      const { id, name, composeProject: project, state, health } = service;
      const one = known.get(id) ?? { id, subject: { kind: "container", name }, crashed: false };
      one.subject = { kind: "container", name, project };
      known.set(id, one);
      if (state === "running" && !timers.has(id)) noteRun(one, "it runs");
      // Paused, the Engine tells no health: what was so stays so.
      if (state === "paused" || state === "restarting" || isHealing(name)) continue;
      if (health === "none")
        sink.report("container-unhealthy", one.subject, { active: false, detail: "it has no health check" });
      else onHealth(one, health);
    }
    sink.settle("container", new Set(services.map(({ name }) => name)));
  };
  const readOnce = async (unseen: boolean) => {
    held = [];
    try {
      const since = attached.get();
      const services = await docker.list();
      takeOver(services);
      if (unseen && since !== undefined) {
        const ended = services.filter(({ state }) => state === "exited").slice(0, UNSEEN_MAX);
        // What was listened to is not unseen; some seconds are for clocks and writes that differ.
        for (const service of ended) await lookAtUnseen(service, since - ATTACHED_EVERY_MS);
      }
      if (events.up) attached.set(Date.now());
    } finally {
      const missed: ContainerEvent[] = held ?? [];
      held = undefined;
      for (const event of missed) apply(event);
    }
  };
  const read = (unseen: boolean): void => {
    again = true;
    reading ??= (async () => {
      while (again && !abort.signal.aborted) {
        again = false;
        try {
          await readOnce(unseen);
        } catch (error) {
          log.debug({ err: error }, "containers cannot be listed for the alerts");
          await delay(AGAIN_MS, abort.signal);
          again = events.up;
        }
      }
    })().finally(() => {
      reading = undefined;
    });
  };
  const readLater = () => {
    later ??= setTimeout(() => {
      later = undefined;
      read(false);
    }, SETTLE_MS);
  };
  const onReattached = () => read(true);

  events.on("event", onEvent);
  events.on("reattached", onReattached);
  if (events.up) read(true);
  const keep = setInterval(() => {
    try {
      if (events.up) attached.set(Date.now());
    } catch (error) {
      log.debug({ err: error }, "it cannot be written down that the Engine is listened to");
    }
  }, ATTACHED_EVERY_MS);
  keep.unref();

  return {
    projectOf(name) {
      for (const { subject } of known.values()) if (subject.name === name) return subject.project ?? null;
      return null;
    },
    isTouched: (id) => stops.isWanted(id),
    want() {}, // the one stream tells of all containers alike
    async close() {
      abort.abort();
      events.off("event", onEvent);
      events.off("reattached", onReattached);
      clearInterval(keep);
      clearTimeout(later);
      for (const timer of timers.values()) clearTimeout(timer);
      await reading;
    },
  };
}
