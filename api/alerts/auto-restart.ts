import { randomUUID } from "node:crypto";
import type { AlertRule } from "../../shared/protocol/alert.ts";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import type { ServiceDetail } from "../../shared/protocol/service.ts";
import { delay } from "../../shared/server/backoff.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import { withTimeout } from "../../shared/server/with-timeout.ts";
import type { Trail } from "../audit/trail.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { keysOf } from "../services/service-access.ts";
import type { AlertEngine, Entry } from "./engine/engine.ts";

/** Restarts under way at once: a host that has lost everything must not be asked for everything. */
const AT_ONCE = 4;
/** Longest wait for restarts under way when the server ends. */
const CLOSE_MS = 2_000;
const EVENTS_MS = 1_000;
/** Gone, out of reach, or in somebody else's hands: looked at again at the next tick. */
const passing = new Set<ErrorCode>(["not_found", "upstream_unavailable", "conflict"]);

type Healing = NonNullable<AlertRule["healing"]>;

export interface HealerOptions {
  engine: AlertEngine;
  docker: Pick<DockerEngine, "detail" | "act">;
  jobs: Pick<Jobs, "list" | "hold">;
  trail: Pick<Trail, "record" | "recordAfterwards">;
  clock: { tick(): number };
  log: Log;
  /** Whether who made a rule may still restart a container. */
  mayHeal(ruleId: string, containerName: string): boolean;
  /** Whether somebody has just asked the container to end. */
  isTouched(id: string): boolean;
}

export interface Healer {
  /** Restarts what is due. */
  tick(): void;
  /** Whether a container is being restarted: that it does not run now means nothing. */
  isAt(name: string): boolean;
  close(): Promise<void>;
}

/** Restarts containers for the rules that ask for it: with growing waits, up to a limit, and never against a person. */
export function createHealer({ engine, docker, jobs, trail, clock, log, mayHeal, isTouched }: HealerOptions): Healer {
  const busy = new Map<string, Promise<void>>(); // by container name: two rules do not restart one container at once
  const abort = new AbortController();

  const isDue = ({ rule, state }: Entry): boolean => {
    const { healing } = rule;
    if (!healing || state.phase !== "firing" || state.gaveUp || state.clearSince !== null) return false;
    // Who acknowledges an alert is at it.
    if (state.acknowledgedBy !== null) return false;
    const tick = clock.tick();
    const heals = withinTime(state.heals, healing.withinSeconds, tick);
    const last = heals.at(-1);
    return last === undefined || tick - last >= healing.backoffSeconds * 1_000 * 2 ** (heals.length - 1);
  };

  const hasJob = (name: string) =>
    jobs
      .list()
      .some(({ job, services }) => job.state === "running" && (job.target === name || services.includes(name)));

  const isWrongNow = (entry: Entry, { state, health }: ServiceDetail): boolean =>
    entry.rule.condition.kind === "container-unhealthy"
      ? state === "running" && health === "unhealthy"
      : (state === "exited" || state === "dead") && engine.isActive(entry);

  const heal = async (entry: Entry) => {
    const { rule, subject } = entry;
    const { healing } = rule;
    if (!healing) return;
    const service = await docker.detail(subject.name);
    if (!isWrongNow(entry, service) || isTouched(service.id) || hasJob(subject.name)) return;
    // A person's action does not begin while this one is under way, nor this one in the middle of theirs.
    const release = jobs.hold(keysOf(service));
    try {
      await restart(entry, healing, service);
    } finally {
      release();
    }
  };

  const giveUp = (entry: Entry, detail: string) =>
    engine.note(entry, "gave-up", detail, (state) => {
      state.gaveUp = true;
    });

  const restart = async (entry: Entry, healing: Healing, service: ServiceDetail) => {
    const { rule } = entry;
    const tick = clock.tick();
    const heals = withinTime(entry.state.heals, healing.withinSeconds, tick);
    if (!mayHeal(rule.id, service.name)) {
      return giveUp(entry, "who made the rule may no longer restart this container: somebody who may has to save it");
    }
    if (heals.length >= healing.limit) {
      return giveUp(entry, `${heals.length} restarts did not help: somebody has to look`);
    }
    const event = toAuditEvent(rule, service.name);
    trail.record({ ...event, outcome: "begun" });
    const count = `${heals.length + 1} of ${healing.limit}`;
    const remember = (state: Entry["state"]) => {
      state.heals = [...heals, tick];
    };
    try {
      // Written down before it is done: a server killed in between must not begin to count anew.
      engine.note(entry, "healing", `restart ${count}`, remember);
      await docker.act(service.id, "restart");
      trail.recordAfterwards({ ...event, outcome: "done", detail: `restart ${count}` });
    } catch (error) {
      const { code, message } = toAppError(error);
      trail.recordAfterwards({ ...event, outcome: "failed", detail: `${code}: ${message}` });
      if (engine.find(entry.id) !== entry) return;
      // An Engine that went away has restarted nothing: that is no try that did not help.
      engine.note(entry, "heal-failed", message, (state) => {
        if (error instanceof UnavailableError) state.heals = heals;
      });
    }
  };

  return {
    tick() {
      if (abort.signal.aborted) return;
      for (const entry of [...engine.entries()]) {
        const { name } = entry.subject;
        if (busy.size >= AT_ONCE) return;
        if (busy.has(name) || !isDue(entry)) continue;
        const work = heal(entry)
          .catch((error: unknown) => {
            if (error instanceof AppError && passing.has(error.code)) return;
            log.error({ err: error, container: name }, "a container could not be healed");
          })
          // Events of the restart arrive a little after its end.
          .then(() => delay(EVENTS_MS, abort.signal))
          .finally(() => busy.delete(name));
        busy.set(name, work);
      }
    },
    isAt: (name) => busy.has(name),
    async close() {
      abort.abort();
      // A container may take minutes to stop: the Engine does what it was told without us.
      await withTimeout(Promise.all(busy.values()), CLOSE_MS, () => undefined);
    },
  };
}

const withinTime = (ticks: readonly number[], seconds: number, tick: number) =>
  ticks.filter((at) => tick - at < seconds * 1_000);

/** In the trail a restart by a rule is the panel's own deed: `system`, and which rule. */
const toAuditEvent = ({ id, name }: AlertRule, target: string) => ({
  action: "alert:heal",
  actor: { kind: "system" as const, id, name },
  target,
  // The trail joins beginning and end by this.
  requestId: randomUUID(),
  address: "",
});
