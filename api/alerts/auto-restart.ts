import { randomUUID } from "node:crypto";
import type { AlertRule, Healing } from "../../shared/protocol/alert.ts";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import type { ServiceDetail } from "../../shared/protocol/service.ts";
import { delay } from "../../shared/server/async/backoff.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import { UnavailableError } from "../../shared/server/dependency.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";
import type { Trail } from "../audit/trail.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { Jobs } from "../jobs/jobs.ts";
import { locksOf } from "../services/service-access.ts";
import type { AlertEngine } from "./engine/engine.ts";
import type { Entry } from "./engine/entries.ts";
import { messages } from "./messages.ts";
import { isRestartDue, recentRestarts } from "./restart-due.ts";

/** Restarts that run at the same time: after a failure of the whole host they must not start all at once. */
const MAX_CONCURRENT = 4;
/** Longest wait for running restarts when the server stops. */
const CLOSE_MS = 2_000;
/** Time after a restart in which its events may still arrive. */
const EVENTS_MS = 1_000;
/** Errors of a container that is gone, out of reach or in use. The next tick tries again. */
const temporary = new Set<ErrorCode>(["not_found", "upstream_unavailable", "conflict"]);

export interface AutoRestartOptions {
  engine: AlertEngine;
  docker: Pick<DockerEngine, "detail" | "act">;
  jobs: Pick<Jobs, "list" | "acquire">;
  trail: Pick<Trail, "record" | "recordAfterwards">;
  clock: { tick(): number };
  log: Log;
  /** Whether the author of a rule may still restart the container. */
  mayAutoRestart(ruleId: string, containerName: string): boolean;
  /** Whether someone has just requested a stop of the container. */
  isTouched(containerId: string): boolean;
}

/** Restarts containers for rules that ask for it. */
export interface AutoRestart {
  /** Starts every restart that is due; at most {@link MAX_CONCURRENT} run at a time. */
  tick(): void;
  /** Whether a restart of the container is running: a stop in between is not a failure. */
  isRestarting(name: string): boolean;
  /** Starts nothing more and waits up to 2 s for running restarts. */
  close(): Promise<void>;
}

/**
 * Restarts containers with growing waits, up to the limit of the rule. A container that a person stopped, acknowledged
 * or is working on is left alone.
 */
export function createAutoRestart(options: AutoRestartOptions): AutoRestart {
  const { engine, docker, jobs, clock, log, isTouched } = options;
  const running = new Map<string, Promise<void>>(); // by container name: two rules never restart one container at once
  const abort = new AbortController();

  const hasJob = (name: string) =>
    jobs
      .list()
      .some(({ job, services }) => job.state === "running" && (job.target === name || services.includes(name)));

  const hasFailed = (entry: Entry, { state, health }: ServiceDetail): boolean =>
    entry.rule.condition.kind === "container-unhealthy"
      ? state === "running" && health === "unhealthy"
      : (state === "exited" || state === "dead") && engine.isActive(entry);

  const restartIfFailed = async (entry: Entry) => {
    const { rule, subject } = entry;
    if (!rule.healing) return;
    const service = await docker.detail(subject.name);
    if (!hasFailed(entry, service) || isTouched(service.id) || hasJob(subject.name)) return;
    // The lock keeps this restart and an action of a person apart, in both directions.
    const release = jobs.acquire(locksOf(service));
    try {
      await restart(options, entry, rule.healing, service);
    } finally {
      release();
    }
  };

  return {
    tick() {
      if (abort.signal.aborted) return;
      for (const entry of [...engine.entries()]) {
        const { name } = entry.subject;
        if (running.size >= MAX_CONCURRENT) return;
        if (running.has(name) || !isRestartDue(entry, clock.tick())) continue;
        const work = restartIfFailed(entry)
          .catch((error: unknown) => {
            if (error instanceof AppError && temporary.has(error.code)) return;
            log.error({ err: error, container: name }, "a container could not be restarted automatically");
          })
          .then(() => delay(EVENTS_MS, abort.signal))
          .finally(() => running.delete(name));
        running.set(name, work);
      }
    },
    isRestarting: (name) => running.has(name),
    async close() {
      abort.abort();
      // Stopping a container may take minutes; the Engine finishes a restart without this server.
      await withTimeout(Promise.all(running.values()), CLOSE_MS, () => undefined);
    },
  };
}

/** Restarts one container, or notes that the rule may not or that its restarts are exhausted. */
async function restart(
  { engine, docker, trail, clock, mayAutoRestart }: AutoRestartOptions,
  entry: Entry,
  healing: Healing,
  service: ServiceDetail,
): Promise<void> {
  const { rule } = entry;
  const tick = clock.tick();
  const restarts = recentRestarts(entry.state.heals, healing.withinSeconds, tick);
  const exhaust = (detail: string) =>
    engine.note(entry, "gave-up", detail, (state) => {
      state.gaveUp = true;
    });
  if (!mayAutoRestart(rule.id, service.name)) return exhaust(messages.restart.authorLacksPermission);
  if (restarts.length >= healing.limit) return exhaust(messages.restart.exhausted(restarts.length));

  const event = toAuditEvent(rule, service.name);
  trail.record({ ...event, outcome: "begun" });
  const attempt = messages.restart.attempt(restarts.length + 1, healing.limit);
  try {
    // Stored first: after a crash in between, the count continues.
    engine.note(entry, "healing", attempt, (state) => {
      state.heals = [...restarts, tick];
    });
    await docker.act(service.id, "restart");
    trail.recordAfterwards({ ...event, outcome: "done", detail: attempt });
  } catch (error) {
    const { code, message } = toAppError(error);
    trail.recordAfterwards({ ...event, outcome: "failed", detail: `${code}: ${message}` });
    if (engine.find(entry.id) !== entry) return;
    // An unavailable Engine has restarted nothing: the attempt does not count.
    engine.note(entry, "heal-failed", message, (state) => {
      if (error instanceof UnavailableError) state.heals = restarts;
    });
  }
}

/** The audit trail shows a restart by a rule as an action of `system`, with the rule as the actor. */
const toAuditEvent = ({ id, name }: AlertRule, target: string) => ({
  action: "alert:heal",
  actor: { kind: "system" as const, id, name },
  target,
  // Joins the start and the end of the action in the trail.
  requestId: randomUUID(),
  address: "",
});
