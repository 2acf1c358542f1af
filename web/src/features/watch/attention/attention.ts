import { isProcessFault } from "../../../../../shared/health/running.ts";
import type { Alert, AlertSubject } from "../../../../../shared/protocol/alert.ts";
import type { Deployment } from "../../../../../shared/protocol/deployment.ts";
import type { Job } from "../../../../../shared/protocol/job.ts";
import type { McpServer } from "../../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../../shared/protocol/service.ts";
import type { Stack } from "../../../../../shared/protocol/stack.ts";
import type { DependencyName, DependencyState, DiskStats } from "../../../../../shared/protocol/system.ts";
import type { Evidence } from "../../../../../shared/protocol/watch.ts";
import { formatAgo } from "../../../lib/format.ts";
import { hrefOf, subjectName } from "../../alerts/alert-labels.ts";
import { deploymentName, totalsOf } from "../../deployments/deployment-list.ts";
import { jobTitle } from "../../jobs/job-labels.ts";
import { causeMessages as texts } from "../messages.ts";
import { type Concern, concern, isAcknowledged } from "./concern.ts";
import { concernOfContainer, containerId } from "./container-concern.ts";

export interface Attention {
  /** The urgent first; what somebody takes care of after the others, and what is no fault last. */
  concerns: Concern[];
  /** Number of firing alerts. */
  firing: number;
  /** Containers and processes that should run and do not, or that ended with an error. */
  down: number;
  /** Services without a container, in stacks that are up. */
  missing: number;
}

export interface AttentionState {
  services: readonly Service[];
  deployments: readonly Deployment[];
  servers: readonly McpServer[];
  stacks: readonly Stack[];
  disks: readonly DiskStats[];
  alerts: readonly Alert[];
  jobs: readonly Job[];
  evidence: readonly Evidence[];
  /** Names of containers with a newer image. */
  updates: readonly string[];
  dependencies: Partial<Record<DependencyName, DependencyState>>;
  /** Milliseconds since the epoch. */
  now: number;
}

/** Used percent of a disk from which it is listed, and from which it is critical. */
const DISK_WARN = 85;
const DISK_BAD = 95;
/** A failed job is listed for this long. */
const JOB_AGE_MS = 60 * 60_000;
/** Names in the line about updates; the others are counted. */
const NAMES_SHOWN = 4;

/** Everything that needs attention with its cause, and how much there is of each kind. */
export function findConcerns(state: AttentionState): Attention {
  const evidence = new Map(state.evidence.map((found) => [`${found.kind}:${found.id}`, found]));
  const containers = state.services.flatMap(
    (service) => concernOfContainer(service, evidence.get(`container:${service.id}`), state.now) ?? [],
  );
  const apps = state.deployments.flatMap((deployment) => {
    const found = evidence.get(`process:${deployment.id}`);
    return isTroubled(deployment) || found ? [concernOfApp(deployment, found)] : [];
  });
  const concerns: Concern[] = [
    ...concernsOfDependencies(state.dependencies),
    ...containers.map(({ concern: found }) => found),
    ...apps,
    ...state.stacks.flatMap((stack) => concernOfStack(stack) ?? []),
    ...state.servers.filter(({ status }) => status === "failed").map(concernOfServer),
    ...state.disks.filter(({ usagePercent }) => usagePercent >= DISK_WARN).map(concernOfDisk),
  ];
  const firing = state.alerts.filter(({ phase }) => phase === "firing");
  for (const alert of firing) addAlert(concerns, alert);
  for (const job of failedJobs(state.jobs, state.now)) addJob(concerns, job, state.now);
  concerns.push(...concernOfUpdates(state));
  return {
    concerns: concerns.sort((a, b) => rankOf(a) - rankOf(b)),
    firing: firing.length,
    down: containers.filter(({ isDown }) => isDown).length + state.deployments.filter(isProcessFault).length,
    missing: state.stacks.reduce((sum, stack) => sum + missingOf(stack), 0),
  };
}

const ranks = { bad: 0, warn: 1, info: 3 } as const;
const rankOf = (found: Concern): number => (found.tone !== "info" && isAcknowledged(found) ? 2 : ranks[found.tone]);

function concernsOfDependencies(dependencies: AttentionState["dependencies"]): Concern[] {
  return (Object.entries(dependencies) as [DependencyName, DependencyState][])
    .filter(([, { state }]) => state === "down")
    .map(([name, { hint }]) =>
      concern({
        id: `dependency:${name}`,
        tone: "bad",
        what: texts.dependencies[name],
        why: texts.unknownUntil[name],
        details: hint ? [hint] : [],
        href: "/system",
      }),
    );
}

/** An app of which only some instances run is troubled too, unless it is stopped as a whole. */
const isTroubled = (deployment: Deployment): boolean =>
  isProcessFault(deployment) ||
  deployment.instances.some(({ status }) => status === "errored" || status === "waiting restart");

function concernOfApp(deployment: Deployment, evidence: Evidence | undefined): Concern {
  const { online, total, restarts } = totalsOf(deployment);
  const isErrored = deployment.instances.some(({ status }) => status === "errored");
  const code = evidence?.restarts?.exitCode ?? null;
  const partly = online > 0 && online < total ? texts.partly(online, total) : undefined;
  const recent = evidence?.restarts?.count ?? 0;
  const looping = recent > 0 ? texts.loop(recent, code) : texts.restarted(restarts, code);
  const why = [partly, isErrored ? texts.errored(restarts, code) : looping];
  return concern({
    id: idOf({ kind: "process", name: deployment.id }),
    tone: "bad",
    what: deploymentName(deployment),
    why: why.filter(Boolean).join(", "),
    line: evidence?.line ?? null,
    href: `/deployments/${encodeURIComponent(deployment.id)}`,
    target: { kind: "process", deployment },
  });
}

/** Services without a container in a stack that is up. */
const missingOf = ({ state, missing }: Stack): number => (state === "unknown" ? 0 : missing);

/** Containers of a stack that do not run have lines of their own; the stack's own line is about what has no container. */
function concernOfStack(stack: Stack): Concern | undefined {
  const missing = missingOf(stack);
  if (missing === 0) return undefined;
  return concern({
    id: `stack:${stack.name}`,
    tone: "bad",
    what: stack.name,
    why: `${texts.partlyRunning(stack.running, stack.total)}: ${texts.missing(missing)}`,
    href: `/stacks/${encodeURIComponent(stack.name)}`,
  });
}

const concernOfServer = (server: McpServer): Concern =>
  concern({
    id: `mcp:${server.id}`,
    tone: "warn",
    what: server.name,
    why: server.message ?? texts.failed,
    href: `/mcp/${encodeURIComponent(server.id)}`,
    target: { kind: "mcp", server },
  });

const concernOfDisk = ({ mount, usagePercent }: DiskStats): Concern =>
  concern({
    id: idOf({ kind: "host", name: mount }),
    tone: usagePercent >= DISK_BAD ? "bad" : "warn",
    what: mount,
    why: texts.diskUsed(Math.round(usagePercent)),
    href: "/system",
  });

const idOf = ({ kind, name }: AlertSubject) => (kind === "container" ? containerId(name) : `${kind}:${name}`);

/** Adds an alert to the concern about its subject, or as a concern of its own. */
function addAlert(concerns: Concern[], alert: Alert): void {
  const { subject, severity, detail } = alert;
  const known = concerns.find(({ id }) => id === idOf(subject));
  if (!known) {
    const tone = severity === "critical" ? "bad" : "warn";
    const what = subjectName(subject);
    concerns.push(concern({ id: idOf(subject), tone, what, why: detail, href: hrefOf(subject), alerts: [alert] }));
    return;
  }
  known.alerts.push(alert);
  if (severity === "critical") known.tone = "bad";
  else if (known.tone === "info") known.tone = "warn";
}

/** Failed jobs of the last hour, newest first: one for each target, and none where a later job succeeded. */
function failedJobs(jobs: readonly Job[], now: number): Job[] {
  const newest = new Map<string, Job>();
  for (const job of jobs) {
    if (job.finishedAt === null || job.state === "cancelled") continue;
    const subject = subjectOf(job);
    const other = newest.get(subject);
    if (!other || (other.finishedAt ?? "") < job.finishedAt) newest.set(subject, job);
  }
  return [...newest.values()]
    .filter(({ state }) => state === "failed" || state === "interrupted")
    .filter(({ finishedAt }) => now - Date.parse(finishedAt ?? "") < JOB_AGE_MS);
}

/** What a job is about. A stack and a container can have the same name. */
const subjectOf = ({ kind, target }: Job): string =>
  `${kind.startsWith("service:") ? "container" : kind.slice(0, kind.indexOf(":"))}:${target}`;

/** Adds what a failed job said to the concern about its target, or as a concern of its own. */
function addJob(concerns: Concern[], job: Job, now: number): void {
  const said = [job.error?.message, job.error?.detail].filter((text): text is string => Boolean(text));
  const known = concerns.find(({ id }) => id === subjectOf(job));
  if (known) {
    if (known.details.length === 0) known.details.push(...said);
    return;
  }
  const ended = job.state === "interrupted" ? texts.jobInterrupted : texts.jobFailed;
  concerns.push(
    concern({
      id: `job:${job.id}`,
      tone: "warn",
      what: jobTitle(job),
      why: `${ended} ${formatAgo(job.finishedAt, now)}`,
      details: said,
    }),
  );
}

function concernOfUpdates({ updates }: AttentionState): Concern[] {
  if (updates.length === 0) return [];
  const names = updates.slice(0, NAMES_SHOWN).join(", ");
  const more = updates.length - NAMES_SHOWN;
  const why = more > 0 ? texts.andMore(names, more) : names;
  return [concern({ id: "updates", tone: "info", what: texts.updates(updates.length), why, href: "/services" })];
}
