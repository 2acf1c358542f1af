import type { ContainerEvent, ContainerEvents } from "../../../shared/docker/container-events.ts";
import {
  type ContainerStatus,
  judgeContainer,
  mayBeStop,
  situationOf,
} from "../../../shared/health/container-status.ts";
import type { Service, ServiceDetail } from "../../../shared/protocol/service.ts";
import { delay } from "../../../shared/server/backoff.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { DockerEngine } from "../../docker/docker-engine.ts";
import { withEndCause } from "../../services/service-view.ts";
import type { StopRequests } from "../../services/stop-requests.ts";
import type { SignalSink } from "../engine/engine.ts";
import type { Subject } from "../engine/subjects.ts";
import { describeEnd, isEnd } from "./end-detail.ts";
import type { SignalSource } from "./source.ts";

/** Events kept while the list is read; beyond it the list is read again. */
const HELD_MAX = 5_000;
/** Wait before a list that failed is read again. */
const AGAIN_MS = 2_000;
/** Changes of names are gathered before the list is read. */
const SETTLE_MS = 300;
/** A stop by a signal of its own (httpd's SIGWINCH) is only told by the event behind the end. */
const STOP_EVENT_MS = 1_500;
/** The Engine tells by no event that it has given up a restart: what waits for one is looked at this often. */
const RESTART_LOOK_MS = 5_000;
/** The Engine too takes a run of so long for a good one, and begins to count anew. */
const PROVEN_MS = 10_000;
/** Containers that ended unseen and are looked at one by one. */
const UNSEEN_MAX = 200;
/** How often it is written down that the Engine is listened to. */
const ATTACHED_EVERY_MS = 15_000;

export interface ContainerSourceOptions {
  docker: Pick<DockerEngine, "list" | "detail">;
  events: ContainerEvents;
  stops: Pick<StopRequests, "isWanted" | "wasRequested" | "endedForMemory">;
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

/** An event, and whether what it tells was asked for when it came. */
type Heard = ContainerEvent & { wanted: boolean };

/** What the Engine tells of its containers: stopped, unhealthy, restarted by themselves, killed for their memory. */
export function createContainerSource({
  docker,
  events,
  stops,
  sink,
  log,
  attached,
  isHealing,
}: ContainerSourceOptions): ContainerSource {
  const known = new Map<string, Known>(); // by id
  const timers = new Map<string, NodeJS.Timeout>(); // ends that are looked at soon, by id
  const proving = new Map<string, NodeJS.Timeout>(); // runs that have not proven anything yet, by id
  const abort = new AbortController();
  let held: Heard[] | undefined;
  let reading: Promise<void> | undefined;
  let again = false;
  let later: NodeJS.Timeout | undefined;
  let isListed = false;

  const clear = (id: string) => {
    for (const waiting of [timers, proving]) {
      clearTimeout(waiting.get(id));
      waiting.delete(id);
    }
  };
  const noteRun = (one: Known, detail: string) => {
    one.crashed = false;
    sink.report("container-stopped", one.subject, { active: false, detail });
  };
  const noteEnd = (one: Known, service: Service, status: ContainerStatus) => {
    const detail = describeEnd(service, status);
    sink.report("container-unhealthy", one.subject, { active: false, unseen: true, detail: "it does not run" });
    const mild = status === "finished";
    sink.report("container-stopped", one.subject, { active: true, mild, uncertain: status === "unknown", detail });
    sink.hold(one.subject, mild ? null : detail);
    one.crashed = true;
  };
  const noteWantedEnd = (one: Known) => {
    noteRun(one, "stopped on purpose");
    sink.hold(one.subject, null);
    if (isHealing(one.subject.name)) return;
    sink.report("container-unhealthy", one.subject, { active: false, detail: "stopped on purpose" });
  };

  /** How an end is to be taken, once the Engine knows what it does about it. */
  const look = async (id: string) => {
    const one = known.get(id);
    if (!one) return;
    let service: ServiceDetail;
    try {
      service = withEndCause(await docker.detail(id), stops);
    } catch (error) {
      if (error instanceof AppError && error.code === "not_found") return;
      return lookLater(id, RESTART_LOOK_MS);
    }
    // Something happened to it meanwhile, which is looked at in its turn.
    if (known.get(id) !== one || timers.has(id) || abort.signal.aborted) return;
    const { status } = judge(service);
    if (status === "restarting") lookLater(id, RESTART_LOOK_MS);
    else if (status === "stopped") noteWantedEnd(one);
    else if (isEnd(status)) noteEnd(one, service, status);
  };
  const lookLater = (id: string, ms: number) => {
    if (abort.signal.aborted) return;
    clearTimeout(timers.get(id));
    timers.set(
      id,
      setTimeout(() => {
        timers.delete(id);
        look(id).catch((error: unknown) => log.error({ err: error }, "the end of a container could not be looked at"));
      }, ms),
    );
  };
  const judge = (service: Service) => judgeContainer(situationOf(service));

  const onDie = (one: Known, wanted: boolean) => {
    clear(one.id);
    if (wanted) return noteWantedEnd(one);
    // A `start` that follows at once is the Engine's restart of what ended: it counts before the timer does.
    one.crashed = true;
    sink.hold(one.subject, "it does not run");
    lookLater(one.id, STOP_EVENT_MS);
  };
  const onStart = (one: Known) => {
    clear(one.id);
    if (one.crashed) {
      sink.report("container-restarts", one.subject, {
        occurrences: 1,
        detail: "started again after it ended by itself",
      });
      const release = () => {
        proving.delete(one.id);
        sink.hold(one.subject, null);
      };
      proving.set(one.id, setTimeout(release, PROVEN_MS));
      sink.hold(one.subject, "it was started again just now", true);
    } else sink.hold(one.subject, null);
    noteRun(one, "it runs again");
  };
  const onHealth = (one: Known, health: string) => {
    // "starting" says nothing: what was unhealthy is not well before it says so.
    if (health === "unhealthy")
      sink.report("container-unhealthy", one.subject, { active: true, detail: "its health check fails" });
    if (health === "healthy")
      sink.report("container-unhealthy", one.subject, { active: false, detail: "its health check is well" });
  };

  const apply = (event: Heard) => {
    const { id, action } = event;
    if (action === "destroy") {
      clear(id);
      known.delete(id);
      // Compose gives the name to the next container: only the list can tell whether one has it.
      return readLater();
    }
    if (action === "create" || action === "rename") return readLater();
    const subject: Subject = { kind: "container", name: event.name, project: event.composeProject ?? null };
    const one = known.get(id) ?? { id, subject, crashed: false };
    known.set(id, one);
    if (action === "die") onDie(one, event.wanted);
    else if (action === "stop") {
      clear(id);
      noteWantedEnd(one);
    } else if (action === "start") onStart(one);
    else if (action === "oom") {
      sink.report("container-oom", one.subject, { occurrences: 1, detail: "killed for want of memory" });
      // On a busy host it comes after the end that it is the cause of.
      if (one.crashed && !timers.has(id)) lookLater(id, 0);
    } else if (action.startsWith("health_status")) onHealth(one, action.slice(action.indexOf(":") + 1).trim());
  };
  const onEvent = (event: ContainerEvent) => {
    // Asked now: a start that follows makes what was asked before it a thing of the past.
    const heard = { ...event, wanted: event.action === "die" && stops.isWanted(event.id, event.exitCode) };
    if (!held) return apply(heard);
    if (held.length < HELD_MAX) held.push(heard);
    else again = true;
  };

  /** A container found ended: told when it ended while nobody looked, or is known to have ended by itself. */
  const lookAtUnseen = async (listed: Service, since: number) => {
    const one = known.get(listed.id);
    if (!one || timers.has(one.id)) return;
    try {
      const service = withEndCause(await docker.detail(listed.id), stops);
      const { status } = judge(service);
      const { finishedAt } = service;
      const isNew = finishedAt !== null && Date.parse(finishedAt) >= since;
      if (status === "unknown" ? isNew && !mayBeStop(service.exitCode) : isEnd(status) && status !== "finished") {
        noteEnd(one, service, status);
      }
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
      if (one.crashed && one.subject.name !== name) lookLater(id, 0); // what is told of it goes by its name
      one.subject = { kind: "container", name, project };
      known.set(id, one);
      if (state === "running" && !timers.has(id)) noteRun(one, "it runs");
      if (state === "running" && !timers.has(id) && !proving.has(id)) sink.hold(one.subject, null);
      if (state === "restarting" && !timers.has(id)) lookLater(id, RESTART_LOOK_MS);
      // Paused, the Engine tells no health: what was so stays so.
      if (state !== "running" || isHealing(name)) continue;
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
      if (unseen) {
        const ended = services.filter(({ state }) => state === "exited").slice(0, UNSEEN_MAX);
        // What was listened to is not unseen; some seconds are for clocks and writes that differ.
        const from = since === undefined ? Number.POSITIVE_INFINITY : since - ATTACHED_EVERY_MS;
        for (const service of ended) await lookAtUnseen(service, from);
      }
      isListed = true;
      if (events.up) attached.set(Date.now());
    } finally {
      const missed: Heard[] = held ?? [];
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
  const onReattached = () => {
    isListed = false;
    read(true);
  };

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
    isKnown: () => events.up && isListed,
    want() {}, // the one stream tells of all containers alike
    async close() {
      abort.abort();
      events.off("event", onEvent);
      events.off("reattached", onReattached);
      clearInterval(keep);
      clearTimeout(later);
      for (const timer of [...timers.values(), ...proving.values()]) clearTimeout(timer);
      await reading;
    },
  };
}
