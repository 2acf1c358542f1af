import { z } from "zod";
import { ages, containerRef, cursor, opaqueId, tail } from "../identifier.ts";
import type { Job, jobSubscription } from "../job.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";
import { jobRoomId } from "../rooms.ts";
import type { ShellEnd, shellInput, shellOpening, shellProgress, shellRef, shellResize } from "../shell.ts";
import type { AliveClientToServer } from "./alive.ts";

/** Id of a container, chosen by the client. Ids that start with `job:` are reserved: they name rooms of jobs. */
const serviceId = opaqueId.refine((id) => !id.startsWith(jobRoomId("")), "must not begin with job:");

export const serviceLogsSubscription = z.strictObject({
  serviceId,
  containerName: containerRef,
  tail,
  since: cursor.optional(),
  ages,
});
export const serviceSubscription = z.strictObject({ serviceId, containerName: containerRef });
export const serviceUnsubscription = z.strictObject({ serviceId: opaqueId.optional(), containerName: containerRef });
export type ServiceUnsubscription = z.output<typeof serviceUnsubscription>;

export interface ServiceRef {
  serviceId: string;
  containerName: string;
}

/** Whole lines of one stream, each ended by `\n`. */
export interface ServiceLogs extends ServiceRef {
  data: string;
  /** ISO 8601, of the last line in `data`. */
  timestamp: string;
  /** With `ages` only: milliseconds by which each line is older than `timestamp`; absent when all lines have that time. */
  ages?: number[];
  /** `"error"` for stderr, absent for stdout. */
  type?: "error";
  /** Position after the last line: value of `since`. */
  cursor: string;
}

/** Why lines are missing: the reader was too slow, or the source lost, truncated, replaced or damaged them. */
export type GapReason = "slow_reader" | "rotated" | "truncated" | "replaced" | "expired" | "source_lost" | "unreadable";

/** Lines after `from` up to and including `to` are not delivered. Null: unknown, or the beginning. */
export interface Gap {
  from: string | null;
  to: string | null;
  reason: GapReason;
}

/** One sample of a container: bytes since its start for network and block I/O, percent of one core times cores for CPU. */
export interface ServiceStats extends ServiceRef {
  cpuPercent: number;
  memoryBytes: number;
  memoryLimitBytes: number;
  networkRxBytes: number;
  networkTxBytes: number;
  blockReadBytes: number;
  blockWriteBytes: number;
  pids: number;
  /** ISO 8601. */
  timestamp: string;
}

/** Why a stream paused. `replaced`: another container has the name now. */
export type StreamClosedCode = "exited" | "removed" | "replaced" | "unavailable" | "unsupported";

/** The stream pauses until something changes. */
export interface StreamClosed {
  code: StreamClosedCode;
  exitCode?: number;
  /** Number of runs that ended here with unknown exit codes; absent when `exitCode` is known, and before the first run. */
  unknownEnds?: number;
  /** End of the run, ISO 8601, when the source reports it. */
  endedAt?: string;
  /** For an end between lines: as `since`, it prevents a repeated event. */
  cursor?: string;
}

export interface StreamState {
  /** For a start between lines: as `since`, it prevents a repeated event. */
  cursor?: string;
  /** `live`: following. `reattaching`: the source was lost and is being reopened. `restarted`: a new run of the same container or process starts here. */
  state: "live" | "reattaching" | "restarted";
  /** For `restarted`: start of the run, ISO 8601, when the source reports it. */
  startedAt?: string;
}

export interface ServicesClientToServer extends AliveClientToServer {
  "subscribe:logs": (subscription: z.input<typeof serviceLogsSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:logs": (subscription: z.input<typeof serviceUnsubscription>, ack?: Acknowledgement) => void;
  "subscribe:stats": (subscription: z.input<typeof serviceSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:stats": (subscription: z.input<typeof serviceUnsubscription>, ack?: Acknowledgement) => void;
  "subscribe:job": (subscription: z.input<typeof jobSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:job": (subscription: z.input<typeof jobSubscription>, ack?: Acknowledgement) => void;
  /** Starts a shell that the API created, or attaches to it; its output from `since` on comes first. */
  "shell:open": (
    opening: z.input<typeof shellOpening>,
    ack?: Acknowledgement<{ shellId: string; end: number }>,
  ) => void;
  "shell:input": (input: z.input<typeof shellInput>, ack?: Acknowledgement) => void;
  "shell:resize": (size: z.input<typeof shellResize>, ack?: Acknowledgement) => void;
  /** Confirms the output before `offset`; without it the output stops after `SHELL_WINDOW` bytes. */
  "shell:progress": (progress: z.input<typeof shellProgress>, ack?: Acknowledgement) => void;
  /** Detaches from the shell, which keeps running. */
  "shell:leave": (ref: z.input<typeof shellRef>, ack?: Acknowledgement) => void;
  /** Ends the shell. */
  "shell:close": (ref: z.input<typeof shellRef>, ack?: Acknowledgement) => void;
}

export interface ServicesServerToClient {
  connected: (ref: ServiceRef) => void;
  logs: (logs: ServiceLogs) => void;
  stats: (stats: ServiceStats) => void;
  gap: (gap: ServiceRef & Gap) => void;
  error: (error: {
    serviceId?: string;
    containerName?: string;
    shellId?: string;
    message: string;
    code: ErrorCode;
  }) => void;
  "stream:closed": (closed: ServiceRef & StreamClosed) => void;
  "stream:state": (state: ServiceRef & StreamState) => void;
  /** Snapshot of a job, for its followers and for the rooms of its services. */
  job: (job: Job) => void;
  /** Raw bytes of a terminal: a chunk can end within a character. */
  "shell:output": (output: { shellId: string; data: Uint8Array; offset: number }) => void;
  /** The output between the offsets is no longer available. */
  "shell:gap": (gap: { shellId: string; from: number; to: number }) => void;
  "shell:closed": (closed: { shellId: string; code: ShellEnd; exitCode?: number }) => void;
  /** An alert of this container started, changed or ended; without a name: any alert, rule or channel. Fetch it from the API. */
  "alerts:changed": (change: { containerName?: string; timestamp: string }) => void;
  /** An action on this container started or ended; without a name: any action. Fetch the list from the API. */
  "activity:changed": (change: { containerName?: string; timestamp: string }) => void;
  /** A container was created, started, stopped, removed…: fetch the list from the API. */
  "services:changed": (change: {
    containerName?: string;
    containerId?: string;
    action: string;
    timestamp: string;
  }) => void;
}
