import { isFault, statusOf } from "../../../../shared/health/container-status.ts";
import { isProcessFault } from "../../../../shared/health/running.ts";
import type { Alert, AlertSubject } from "../../../../shared/protocol/alert.ts";
import type { Deployment } from "../../../../shared/protocol/deployment.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import type { Stack } from "../../../../shared/protocol/stack.ts";
import type { DiskStats } from "../../../../shared/protocol/system.ts";
import { hrefOf, subjectName } from "../alerts/alert-labels.ts";
import { deploymentName } from "../deployments/deployment-list.ts";
import { statusText } from "../services/service-state.ts";
import { concernMessages } from "./messages.ts";

export interface Concern {
  id: string;
  tone: "bad" | "warn";
  what: string;
  why: string;
  /** The error of Docker, if the account may read it. */
  detail?: string | undefined;
  href: string;
  /** Names of the rules that fire for it. */
  alerts: string[];
}

export interface Attention {
  /** Critical ones first. */
  concerns: Concern[];
  /** Number of firing alerts. */
  firing: number;
  /** Containers and PM2 processes that should run and do not, or that ended with an error. */
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
  /** Milliseconds since the epoch. */
  now: number;
}

/** Used percent of a disk from which it is listed, and from which it is critical. */
const DISK_WARN = 85;
const DISK_BAD = 95;

/** Everything that needs attention, and how much there is of each kind. */
export function findConcerns(state: AttentionState): Attention {
  const containers = state.services.flatMap((service) => concernOfContainer(service, state.now) ?? []);
  const apps = state.deployments.filter(isProcessFault).map(concernOfApp);
  const down = containers.filter(({ isDown }) => isDown).length + apps.length;
  const stacks = state.stacks.flatMap((stack) => concernOfStack(stack) ?? []);
  const concerns: Concern[] = [
    ...containers.map(({ concern }) => concern),
    ...apps,
    ...stacks,
    ...state.servers.filter(({ status }) => status === "failed").map(concernOfServer),
    ...state.disks.filter(({ usagePercent }) => usagePercent >= DISK_WARN).map(concernOfDisk),
  ];
  const firing = state.alerts.filter(({ phase }) => phase === "firing");
  for (const alert of firing) addAlert(concerns, alert);
  return {
    concerns: concerns.sort((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn")),
    firing: firing.length,
    down,
    missing: state.stacks.reduce((sum, stack) => sum + missingOf(stack), 0),
  };
}

function concernOfContainer(service: Service, now: number): { concern: Concern; isDown: boolean } | undefined {
  const verdict = statusOf(service, now);
  const isDown = isFault(verdict);
  if (!isDown && service.health !== "unhealthy") return undefined;
  const concern: Concern = {
    id: idOf({ kind: "container", name: service.name }),
    tone: verdict.status === "unknown" ? "warn" : "bad",
    what: service.name,
    why: statusText(service, now),
    detail: service.lastRun?.error,
    href: `/services/${encodeURIComponent(service.name)}`,
    alerts: [],
  };
  return { concern, isDown };
}

const concernOfApp = (deployment: Deployment): Concern => ({
  id: idOf({ kind: "process", name: deployment.id }),
  tone: "bad",
  what: deploymentName(deployment),
  why: deployment.status === "errored" ? concernMessages.errored : concernMessages.restarting,
  href: `/deployments/${encodeURIComponent(deployment.id)}`,
  alerts: [],
});

/** Services without a container in a stack that is up. */
const missingOf = ({ state, missing }: Stack): number => (state === "unknown" ? 0 : missing);

function concernOfStack(stack: Stack): Concern | undefined {
  const missing = missingOf(stack);
  if (missing === 0) return undefined;
  return {
    id: `stack:${stack.name}`,
    tone: "bad",
    what: stack.name,
    why: concernMessages.missing(missing),
    href: `/stacks/${encodeURIComponent(stack.name)}`,
    alerts: [],
  };
}

const concernOfServer = ({ id, name, message }: McpServer): Concern => ({
  id: `mcp:${id}`,
  tone: "warn",
  what: name,
  why: message ?? concernMessages.failed,
  href: `/mcp/${encodeURIComponent(id)}`,
  alerts: [],
});

const concernOfDisk = ({ mount, usagePercent }: DiskStats): Concern => ({
  id: idOf({ kind: "host", name: mount }),
  tone: usagePercent >= DISK_BAD ? "bad" : "warn",
  what: mount,
  why: concernMessages.diskUsed(Math.round(usagePercent)),
  href: "/system",
  alerts: [],
});

const idOf = ({ kind, name }: AlertSubject) => `${kind}:${name}`;

/** Adds an alert to the concern about its subject, or as a concern of its own. */
function addAlert(concerns: Concern[], { subject, ruleName, severity, detail }: Alert): void {
  const known = concerns.find(({ id }) => id === idOf(subject));
  if (known) {
    known.alerts.push(ruleName);
    if (severity === "critical") known.tone = "bad";
    return;
  }
  concerns.push({
    id: idOf(subject),
    tone: severity === "critical" ? "bad" : "warn",
    what: subjectName(subject),
    why: detail,
    href: hrefOf(subject),
    alerts: [ruleName],
  });
}
