import pLimit from "p-limit";
import type { ContainerEvent, ContainerEvents } from "../../shared/docker/container-events.ts";
import type { Service } from "../../shared/protocol/service.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import type { ContainerFact } from "./lifecycle.ts";

/** Containers with cached facts, of some hundred bytes each. */
const HELD_MAX = 5_000;
/** Requests to the Engine at once. */
const AT_ONCE = 4;
/** Longest wait of a list for facts that are not cached. Facts that come later are announced. */
const PATIENCE_MS = 250;
/** Longest validity of a fact without events of the Engine. */
const BLIND_AGE_MS = 5_000;
/** Events that change the facts of a container. */
const changes = /^(start|restart|die|oom|destroy|rename)$/;

export interface ContainerFacts {
  /** Adds the facts that the Engine's list lacks to its containers, as far as they are known. */
  addTo(services: readonly Service[]): Promise<Service[]>;
  close(): void;
}

export interface ContainerFactsOptions {
  read(id: string): Promise<ContainerFact>;
  events: Pick<ContainerEvents, "on" | "off" | "up">;
  /** The facts of a container are other than those of a list that did not wait for them: it is to be fetched again. */
  onLate?(container: Pick<Service, "id" | "name">): void;
  patienceMs?: number;
}

/**
 * Caches how often and when each container was started. Reads a container once, and again after an event, so that a request
 * does not inspect the whole list.
 */
export function createContainerFacts({
  read,
  events,
  onLate = () => {},
  patienceMs = PATIENCE_MS,
}: ContainerFactsOptions): ContainerFacts {
  const held = new Map<string, { fact: ContainerFact; at: number }>();
  const asking = new Map<string, { stale: boolean; done: Promise<void> }>();
  const limit = pLimit(AT_ONCE);
  let closed = false;

  const onEvent = ({ id, action }: ContainerEvent) => {
    if (changes.test(action)) forget(id);
  };
  const forget = (id: string) => {
    held.delete(id);
    const question = asking.get(id);
    if (question) question.stale = true;
  };
  const onReattached = () => {
    for (const id of [...held.keys(), ...asking.keys()]) forget(id);
  };
  events.on("event", onEvent);
  events.on("reattached", onReattached);

  const ask = (id: string): Promise<void> => {
    const under = asking.get(id);
    if (under) return under.done;
    const question = { stale: false, done: Promise.resolve() };
    asking.set(id, question);
    question.done = limit(async () => {
      try {
        if (closed) return;
        question.stale = false;
        const fact = await read(id);
        if (!question.stale) held.set(id, { fact, at: Date.now() });
      } catch {
        // The container was removed or the Engine is away, which the list reports itself.
      } finally {
        asking.delete(id);
      }
    });
    return question.done;
  };

  /** False if the list shows another state, since the Engine sends no event when it gives up a restart; nor for a failed start. */
  const isKnown = ({ id, state }: Service) => {
    const entry = held.get(id);
    if (entry === undefined || entry.fact.state !== state || state === "created") return false;
    return events.up || Date.now() - entry.at < BLIND_AGE_MS;
  };

  /** Announces a fact that was read too late for a list, if the list would show it. */
  const announceLater = async ({ id, name }: Service) => {
    const shown = JSON.stringify(held.get(id)?.fact);
    await asking.get(id)?.done;
    if (!closed && held.has(id) && JSON.stringify(held.get(id)?.fact) !== shown) onLate({ id, name });
  };

  return {
    async addTo(services) {
      const holdable = services.slice(0, HELD_MAX);
      const listed = new Set(holdable.map(({ id }) => id));
      for (const id of held.keys()) if (!listed.has(id)) held.delete(id);
      const missing = holdable.filter((service) => !isKnown(service));
      if (missing.length > 0) {
        await withTimeout(Promise.all(missing.map(({ id }) => ask(id))), patienceMs, () => undefined);
        for (const service of missing) if (asking.has(service.id)) void announceLater(service);
      }
      return services.map((service) => {
        const fact = held.get(service.id)?.fact;
        if (!fact) return service;
        const { state, lastRun, ...steady } = fact;
        // The end of a run that was read in another state does not apply to this one.
        return { ...service, ...steady, lastRun: state === service.state ? lastRun : undefined };
      });
    },
    close() {
      closed = true;
      events.off("event", onEvent);
      events.off("reattached", onReattached);
    },
  };
}
