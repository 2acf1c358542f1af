import { z } from "zod";
import type { ServiceLimits } from "./service-change.ts";

export const containerStates = ["created", "running", "paused", "restarting", "removing", "exited", "dead"] as const;
export type ContainerState = (typeof containerStates)[number];
export type ContainerHealth = "none" | "starting" | "healthy" | "unhealthy";

export interface PublishedPort {
  /** Address on the host; absent when the port is exposed but not published. */
  hostIp?: string;
  hostPort?: number;
  containerPort: number;
  protocol: string;
}

/** What a running container used when it was measured last. */
export interface ServiceUsage {
  /** Percent of one core. */
  cpuPercent: number;
  memoryBytes: number;
}

/** How the newest run of a container ended. */
export interface ServiceRun {
  /** Null while it runs, and for one that never ran. */
  exitCode: number | null;
  /** ISO 8601; null while it runs, and for one that never ran. */
  finishedAt: string | null;
  /** The kernel ended it for want of memory. */
  oomKilled: boolean;
  /** The Engine tried to start it since, and could not. */
  startFailed: boolean;
  /** The Engine's own words on that, masked, at most 1 KiB; only for those who may act on the container. */
  error?: string | undefined;
  /** Whether somebody asked for its end; null where the Engine's events were missed. */
  stopRequested: boolean | null;
}

/** A container of the host, ours or not. */
export interface Service {
  /** Full container id. */
  id: string;
  name: string;
  image: string;
  state: ContainerState;
  /** The Engine's own words, such as `Up 3 hours (healthy)`. */
  status: string;
  health: ContainerHealth;
  ports: PublishedPort[];
  composeProject: string | null;
  composeService: string | null;
  /** ISO 8601. */
  createdAt: string;
  /** Times the Engine started it again by its restart policy; null while that is not known. */
  restartCount: number | null;
  /** ISO 8601, of its last start; null when it never was, or while that is not known. */
  startedAt: string | null;
  /** `no`, `always`, `unless-stopped` or `on-failure`; absent while not known. */
  restartPolicy?: string | undefined;
  /** Absent while not known. */
  lastRun?: ServiceRun | undefined;
  /** In lists, of those that run and were measured. */
  usage?: ServiceUsage | undefined;
}

export interface ServiceMount {
  type: string;
  source: string;
  destination: string;
  readOnly: boolean;
}

/** One container in full. Values of environment variables are never sent: only their names. */
export interface ServiceDetail extends Service {
  command: string[];
  environmentNames: string[];
  labels: Record<string, string>;
  mounts: ServiceMount[];
  networks: { name: string; ipAddress: string | null }[];
  restartPolicy: string;
  restartCount: number;
  limits: ServiceLimits;
  tty: boolean;
  logDriver: string;
  finishedAt: string | null;
  exitCode: number | null;
}

export const serviceActions = ["start", "stop", "restart"] as const;
export type ServiceAction = (typeof serviceActions)[number];

export const removeServiceQuery = z.strictObject({
  /** Remove a running container too. */
  force: z.stringbool().default(false),
  /** Remove its anonymous volumes with it. */
  volumes: z.stringbool().default(false),
});
