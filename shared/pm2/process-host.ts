import type { Deployment, DeploymentAction } from "../protocol/deployment.ts";
import type { DeploymentDetails, TriggerResult } from "../protocol/deployment-details.ts";
import type {
  CreateDeployment,
  DeploymentPreview,
  PreviewDeployment,
  ProcessHostInfo,
} from "../protocol/process-create.ts";
import type { ProcessListState } from "../protocol/process-list.ts";
import type { DaemonLink } from "./daemon-link.ts";
import type { ProcessLogFiles } from "./process-log-files.ts";
import type { ProcessEvent } from "./process-views.ts";

/** Details of a deployment, without what the panel itself records. */
export type ProcessDetails = Omit<DeploymentDetails, "exits" | "panelRotation">;

/**
 * PM2's daemon, called over its own sockets (`rpc.sock`, `pub.sock` in PM2_HOME), so that a call never starts a daemon.
 * Each call ends within 3 s; `act`, `scale`, `remove` and `restore` also wait for the timeouts of each process, 40 s at most.
 * @throws AppError `not_found` (no deployment with exactly this id), `upstream_unavailable`
 */
export interface ProcessHost {
  /** PM2_HOME of the daemon. */
  readonly home: string;
  ping(): Promise<void>;
  list(): Promise<Deployment[]>;
  /** The deployment with exactly this id. */
  get(id: string): Promise<Deployment>;
  /**
   * Returns the id of the deployment that a client means, among those it can see.
   * @throws AppError also `conflict`, if several apps have the name
   */
  choose(wanted: { deploymentId: string; pm2Name: string }, sees: (id: string) => boolean): Promise<string>;
  /** Returns the log files of every process of one deployment. */
  logFiles(id: string): Promise<ProcessLogFiles[]>;
  /**
   * How the daemon of a deployment is reached, and how its log files are read: by their paths as well if `direct` is set, then
   * only those of its owner.
   */
  linkOf(id: string): Promise<DaemonLink>;
  /** Every file that PM2 writes the output of the deployment into. */
  logPaths(id: string): Promise<string[]>;
  /** Returns the log files of every deployment, by its id, from one list. */
  allLogFiles(): Promise<ReadonlyMap<string, ProcessLogFiles[]>>;
  /** Bytes of the log files of every deployment, by its id, without rotated ones; null where it is unknown. */
  logSizes(): Promise<ReadonlyMap<string, number | null>>;
  act(id: string, action: DeploymentAction): Promise<void>;
  /**
   * Starts further instances of an app in cluster mode, or deletes the newest ones, until it has `instances`.
   *
   * @param onStep Called after each instance that was started or deleted, with the number of those done and to do
   * @throws AppError also `conflict` for an app in fork mode
   */
  scale(id: string, instances: number, onStep: (done: number, total: number) => void): Promise<void>;
  /** Sets PM2's counts of restarts to zero. */
  resetCounts(id: string): Promise<void>;
  /**
   * Sends a signal to each running process of the id, and to nothing else.
   *
   * @throws AppError also `conflict` if none runs, `not_supported` if the host does not tell what the daemon started
   */
  signal(id: string, signal: NodeJS.Signals): Promise<void>;
  /** Whether the apps come back after a reboot: PM2's start-up unit, and its saved list compared with its list. */
  savedState(): Promise<ProcessListState>;
  /**
   * Saves PM2's list, with every environment in clear, as `pm2 save` does.
   *
   * @param revision Of the state that was shown
   * @throws AppError also `conflict` if something changed since, or for an empty list; `forbidden`
   */
  saveList(revision: string): Promise<void>;
  /** What PM2 and the host know about a deployment beyond the list. */
  details(id: string): Promise<ProcessDetails>;
  /**
   * What these deployments listen on now.
   *
   * @returns Pids of the running processes and their TCP ports, for each id in PM2's list; null ports are unknown.
   */
  ports(ids: ReadonlySet<string>): Promise<Map<string, { pids: number[]; ports: number[] | null }>>;
  /**
   * Runs a custom action of the app in each running process that has it.
   *
   * @returns What each returned; null for a process that did not reply within 10 s.
   * @throws AppError also `conflict` if no running process has the action
   */
  trigger(id: string, action: string, argument: string | undefined): Promise<TriggerResult[]>;
  /**
   * Empties the log files; the processes go on writing into them.
   *
   * @returns Bytes that were deleted.
   * @throws AppError also `conflict` if another app writes into one of them
   */
  emptyLogs(id: string): Promise<number>;
  /** Stops and deletes every process of the id, and remembers their settings for `restore`. */
  remove(id: string): Promise<void>;
  /**
   * Adds again what `remove` deleted, with its settings and environment. What was stopped stays stopped.
   *
   * @throws AppError `gone` if the settings are no longer known, `conflict` if an app has the id again
   */
  restore(id: string): Promise<void>;
  /** Says what a process to create would be, and what hinders it. Starts nothing. */
  preview(preview: PreviewDeployment): Promise<DeploymentPreview>;
  /** Where a process would run: its user, and the interpreters that are installed. */
  interpreters(): Promise<ProcessHostInfo>;
  /**
   * Creates the process of a new id, and waits until it has run for a second. One that does not is removed again.
   *
   * @returns Sentences about what may not be as expected.
   * @throws AppError also `invalid_input`, `conflict` (the id is taken, or it did not stay up), `not_supported`
   */
  create(id: string, input: CreateDeployment): Promise<string[]>;
  /**
   * Follows the daemon's event bus until aborted: calls `onEvent` for each process event, `onState` with its key
   * when the daemon starts or stops. Reconnects by itself, and never starts a daemon.
   */
  watch(
    handlers: { onEvent(event: ProcessEvent): void; onState(up: boolean, daemon: string): void },
    signal: AbortSignal,
  ): void;
}

/** One reading of a daemon's list. */
export interface ProcessReading {
  deployments: Deployment[];
  processes: number;
  /** Processes beyond the bound. */
  omitted: number;
}

/** The processes of one daemon. */
export interface DaemonHost extends ProcessHost {
  read(): Promise<ProcessReading>;
}
