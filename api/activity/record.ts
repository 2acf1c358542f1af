import type { Permission } from "../../shared/protocol/access.ts";
import type { AuditActor } from "../../shared/protocol/account.ts";
import type { ActivityGap, ActivityState } from "../../shared/protocol/activity.ts";
import type { Job, JobStep } from "../../shared/protocol/job.ts";

/** What is known of an action when it starts. */
export interface ActivityStart {
  /** Name of the action in the audit trail. */
  action: string;
  /** Kind of the target, which decides who may see the record: by default the part of the action before the colon. */
  kind?: string;
  target: string;
  targetId?: string | null;
  /** Permission of the action; null for one that only a session needs. */
  permission: Permission | null;
  /** Names of the containers concerned. */
  services: readonly string[];
  /** Ids of the processes concerned. */
  processes?: readonly string[];
  actor: AuditActor;
  /** Id of the user who acts, or who owns the key. */
  ownerId: string;
  requestId: string;
  /** Input of the request. Stored masked; its secrets are masked in the output as well. */
  input?: Record<string, unknown>;
  /** Whether the action can be taken back. */
  canUndo?: boolean;
}

/** A stored action, without its output. */
export interface ActivityRecord {
  /** Order of the starts. */
  sequence: number;
  id: string;
  action: string;
  kind: string;
  target: string;
  targetId: string | null;
  permission: Permission | null;
  services: readonly string[];
  processes: readonly string[];
  actor: AuditActor;
  ownerId: string;
  requestId: string;
  isJob: boolean;
  canUndo: boolean;
  state: ActivityState;
  error: Job["error"];
  /** Milliseconds since the epoch. */
  startedAt: number;
  finishedAt: number | null;
  outputLines: number;
  outputBytes: number;
  gap: ActivityGap;
}

/** The parts of a record that are read for one record only. */
export interface ActivityExtras {
  input: Record<string, unknown> | null;
  steps: JobStep[];
  result: Record<string, unknown> | null;
  revision: number;
}

/** How an action ended. */
export interface ActivityEnd {
  state: Exclude<ActivityState, "running">;
  error?: Job["error"];
  /** Result of a job. */
  result?: Record<string, unknown> | null;
  /** Revision of the last snapshot of a job. */
  revision?: number;
}

/** A record that is being written. */
export interface Recording {
  readonly id: string;
  /** Adds lines of output, masked. Returns the masked text. */
  line(text: string): string;
  /** Adds a step, or replaces the step with its id. */
  step(step: JobStep): void;
  /** Replaces the target, for work that finds out what it changes. */
  nameTarget(target: string): void;
  /** From here on it is a job, which can be followed and cancelled. */
  becomeJob(): void;
  /** Ends the record; a second call does nothing. */
  end(end: ActivityEnd): void;
}
