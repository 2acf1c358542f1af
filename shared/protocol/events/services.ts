import { z } from "zod";
import { ages, containerRef, cursor, opaqueId, tail } from "../identifier.ts";
import type { Job, jobSubscription } from "../job.ts";
import type { Acknowledgement, ErrorCode } from "../result.ts";
import { jobRoomId } from "../rooms.ts";
import type { ShellEnd, shellInput, shellOpening, shellProgress, shellRef, shellResize } from "../shell.ts";

/** A client's word for a container. Rooms of jobs are made of ids that begin with `job:`: those are the server's. */
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
  /** Only when asked for: milliseconds by which each line is older than `timestamp`; absent when they all have that time. */
  ages?: number[];
  /** `"error"` for stderr, absent for stdout. */
  type?: "error";
  /** Position after the last line; give it back as `since`. */
  cursor: string;
}

/** Why lines are missing: the reader was too slow, the source no longer holds them, was cut or replaced, or is damaged. */
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

/** Why a stream stands still: `exited`, `removed`, `replaced` (the name is another container now), `unavailable`, `unsupported`. */
export type StreamClosedCode = "exited" | "removed" | "replaced" | "unavailable" | "unsupported";

/** The stream stands still until something changes. */
export interface StreamClosed {
  code: StreamClosedCode;
  exitCode?: number;
  /** Runs that ended here without anybody knowing their exit codes; absent where `exitCode` is known, and before the first run. */
  unknownEnds?: number;
  /** When it ended, ISO 8601, where the source knows. */
  endedAt?: string;
  /** Of an end between lines: give it back as `since`, and it is not told again. */
  cursor?: string;
}

export interface StreamState {
  /** Of a start between lines: give it back as `since`, and it is not told again. */
  cursor?: string;
  /** `live`: following. `reattaching`: the source went away and is being reopened. `restarted`: a new run of the same container or process begins here. */
  state: "live" | "reattaching" | "restarted";
  /** Of `restarted`: when the run began, ISO 8601, where the source knows. */
  startedAt?: string;
}

export interface ServicesClientToServer {
  "subscribe:logs": (subscription: z.input<typeof serviceLogsSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:logs": (subscription: z.input<typeof serviceUnsubscription>, ack?: Acknowledgement) => void;
  "subscribe:stats": (subscription: z.input<typeof serviceSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:stats": (subscription: z.input<typeof serviceUnsubscription>, ack?: Acknowledgement) => void;
  "subscribe:job": (subscription: z.input<typeof jobSubscription>, ack?: Acknowledgement) => void;
  "unsubscribe:job": (subscription: z.input<typeof jobSubscription>, ack?: Acknowledgement) => void;
  /** Starts a shell that the API has made, or attaches to it; what it said from `since` on comes first. */
  "shell:open": (
    opening: z.input<typeof shellOpening>,
    ack?: Acknowledgement<{ shellId: string; end: number }>,
  ) => void;
  "shell:input": (input: z.input<typeof shellInput>, ack?: Acknowledgement) => void;
  "shell:resize": (size: z.input<typeof shellResize>, ack?: Acknowledgement) => void;
  /** Everything before `offset` has been read; without it the output stops after `SHELL_WINDOW` bytes. */
  "shell:progress": (progress: z.input<typeof shellProgress>, ack?: Acknowledgement) => void;
  /** Looks at it no more; it goes on. */
  "shell:leave": (ref: z.input<typeof shellRef>, ack?: Acknowledgement) => void;
  /** Ends it. */
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
  /** A long action as it is now, to those who follow it and to the rooms of the services it is about. */
  job: (job: Job) => void;
  /** Bytes of a terminal, as they are: a chunk may end within a character. */
  "shell:output": (output: { shellId: string; data: Uint8Array; offset: number }) => void;
  /** Output from one offset to another is no longer held. */
  "shell:gap": (gap: { shellId: string; from: number; to: number }) => void;
  "shell:closed": (closed: { shellId: string; code: ShellEnd; exitCode?: number }) => void;
  /** An alert of this container began, changed or ended; without a name: some alert, rule or channel. Ask the API. */
  "alerts:changed": (change: { containerName?: string; timestamp: string }) => void;
  /** A container was created, started, stopped, removed…; ask the API for the list again. */
  "services:changed": (change: {
    containerName?: string;
    containerId?: string;
    action: string;
    timestamp: string;
  }) => void;
}
