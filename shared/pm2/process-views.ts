import { basename, relative } from "node:path";
import { z } from "zod";
import type { Deployment, DeploymentInstance, ProcessStatus } from "../protocol/deployment.ts";
import { deploymentIdOf } from "./deployment-id.ts";

const statuses = ["online", "stopping", "stopped", "launching", "errored", "one-launch-status", "waiting restart"];
const text = z.string().catch("");
const count = z.number().catch(0);
/** Milliseconds since the epoch that a date can have; 0 for others. */
const time = z.number().min(0).max(8.64e15).catch(0);
/** Before PM2 existed, no process was started by it: the clock of the host was not set yet. */
const FIRST_START = Date.UTC(2013, 0);

/** The used fields of an entry of PM2's list. All others are dropped here, the environment above all. */
const entry = z.object({
  pid: count,
  monit: z.object({ memory: count, cpu: count }).catch({ memory: 0, cpu: 0 }),
  pm2_env: z.object({
    // During a reload, the outgoing process has the id `_old_<id>`; it does not count as a process.
    pm_id: z.number(),
    name: z.coerce.string(),
    namespace: text,
    status: text.transform((status) => (statuses.includes(status) ? status : "stopped") as ProcessStatus),
    exec_mode: text,
    version: text,
    watch: z.unknown().optional().transform(Boolean),
    restart_time: count,
    pm_uptime: time,
    pm_exec_path: text,
    pm_cwd: text,
    pm_out_log_path: text,
    pm_err_log_path: text,
    pm_log_path: text,
    disable_logs: z.boolean().catch(false),
    log_date_format: text,
    log_type: text,
    exit_code: z.number().optional().catch(undefined),
    /** Sent by a process of Node.js or Bun, once it runs. */
    node_version: text,
    /** User that the process runs as; set only where PM2 changes it. */
    uid: z.int().positive().optional().catch(undefined),
    kill_timeout: z.number().optional().catch(undefined),
    listen_timeout: z.number().optional().catch(undefined),
  }),
});
export type ProcessEntry = z.output<typeof entry>;

/** Parses PM2's list; skips entries that are not processes. */
export function parseProcessList(list: readonly unknown[]): ProcessEntry[] {
  return list.flatMap((item) => {
    const parsed = entry.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

export const isUp = ({ pm2_env }: ProcessEntry): boolean =>
  pm2_env.status === "online" || pm2_env.status === "launching";

export interface ProcessEvent {
  /** Id of the deployment. */
  id: string;
  name: string;
  action: string;
  /** Null for the outgoing process of a reload. */
  pmId: number | null;
  /** PM2's count of restarts. */
  restarts: number;
  /** Start of its newest run, in milliseconds since the epoch; 0 if it never ran. */
  startedAt: number;
  /** Exit code of the newest run that ended, if PM2 knows it. */
  exitCode: number | undefined;
}

const busEvent = z.object({
  event: z.coerce.string(),
  process: z.object({
    name: z.coerce.string(),
    namespace: text,
    pm_id: z.number().nullable().catch(null),
    restart_time: count,
    pm_uptime: time,
    exit_code: z.number().optional().catch(undefined),
  }),
});

/** Parses an event of PM2's bus; undefined if it is not about a process. */
export function parseProcessEvent(data: unknown, daemon?: string): ProcessEvent | undefined {
  const parsed = busEvent.safeParse(data);
  if (!parsed.success) return undefined;
  const { name, namespace, pm_id, restart_time, exit_code, pm_uptime } = parsed.data.process;
  const id = deploymentIdOf(namespace, name, daemon);
  return {
    id,
    name,
    action: parsed.data.event,
    pmId: pm_id,
    restarts: restart_time,
    startedAt: pm_uptime,
    exitCode: exit_code,
  };
}

const ownNames = new Set(["ai-desktop-frontend", "ai-desktop-backend", "ai-desktop-websocket"]);

/** Whether an id is that of a process of this panel. */
export const isOwnProcess = (id: string): boolean => ownNames.has(id);

/** Groups the processes of a daemon by namespace and exact name, in the order of PM2's list. */
export function groupProcesses(
  entries: readonly ProcessEntry[],
  { daemon, userOf, readOnly }: Pick<Deployment, "daemon" | "readOnly"> & { userOf: (entry: ProcessEntry) => string },
): Deployment[] {
  const groups = new Map<string, [ProcessEntry, ...ProcessEntry[]]>();
  for (const item of entries) {
    const id = deploymentIdOf(item.pm2_env.namespace, item.pm2_env.name, daemon);
    const group = groups.get(id);
    if (group) group.push(item);
    else groups.set(id, [item]);
  }
  return [...groups].map(([id, group]) => {
    const { name, exec_mode, namespace, version, watch, pm_exec_path, pm_cwd } = group[0].pm2_env;
    const instances = group.map(toInstance);
    return {
      id,
      name,
      status: statusOf(instances),
      mode: exec_mode === "cluster_mode" ? "cluster" : "fork",
      instances,
      script: scriptOf(pm_exec_path, pm_cwd),
      namespace: namespace || "default",
      version: version === "N/A" || version === "" ? null : version,
      watching: watch,
      own: isOwnProcess(id),
      daemon,
      user: userOf(group[0]),
      readOnly,
    };
  });
}

function toInstance({ pid, monit, pm2_env }: ProcessEntry): DeploymentInstance {
  const runs = pm2_env.status === "online" || pm2_env.status === "launching" || pm2_env.status === "stopping";
  return {
    pmId: pm2_env.pm_id,
    pid: pid > 0 && runs ? pid : null,
    status: pm2_env.status,
    cpuPercent: monit.cpu,
    memoryBytes: monit.memory,
    restarts: pm2_env.restart_time,
    exitCode: pm2_env.exit_code ?? null,
    startedAt: runs && pm2_env.pm_uptime >= FIRST_START ? new Date(pm2_env.pm_uptime).toISOString() : null,
  };
}

/** Status of a deployment: `errored` if any instance is, else `online` if any instance is. */
function statusOf(instances: readonly DeploymentInstance[]): ProcessStatus {
  const all = instances.map(({ status }) => status);
  for (const status of ["errored", "online"] as const) if (all.includes(status)) return status;
  return all[0] ?? "stopped";
}

/** Folder and script, without their location on the host. */
function scriptOf(script: string, folder: string): string {
  const inside = folder ? relative(folder, script) : "";
  if (!inside || inside.startsWith("..")) return basename(script);
  return `${basename(folder)}/${inside}`;
}
