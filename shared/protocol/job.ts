import { z } from "zod";
import { may, type Permission, type Principal } from "./permission.ts";
import type { ErrorCode } from "./result.ts";

/** Longest a job's id is; the server makes it of random bytes, and whoever knows it may follow the job. */
export const jobId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9_-]+$/, "must be the id of a job");

/** What the routes that begin jobs ask for. */
const beginning: readonly Permission[] = [
  "services:control",
  "services:remove",
  "docker:manage",
  "stacks:manage",
  "catalogue:install",
];

/** Whether somebody can have begun a job at all: a key may be narrowed to one kind of them. */
export const mayBeginJobs = (principal: Pick<Principal, "role" | "scopes">): boolean =>
  beginning.some((permission) => may(principal, permission));

export const jobSubscription = z.strictObject({ jobId });

export const jobStates = ["running", "succeeded", "failed", "cancelled", "interrupted"] as const;
/** `interrupted`: the server was killed before it was over. */
export type JobState = (typeof jobStates)[number];

/** One part of a job that moves by itself: a layer of an image, a service of a stack. */
export interface JobStep {
  /** Unique inside the job. */
  id: string;
  label: string;
  /** What it does now, in a word or two. */
  state: string;
  /** Done so far and in all, in one unit (bytes, mostly); absent when there is no measure. */
  current?: number;
  total?: number;
}

/** An action that takes longer than an answer may wait for. */
export interface Job {
  id: string;
  /** What is done, such as `image:pull` or `service:recreate`: the word the audit trail has for it. */
  kind: string;
  /** To what: a container's name, an image's reference, a stack's name. */
  target: string;
  state: JobState;
  /** Steps in the order they began; the newest {@link JOB_STEPS_MAX}. */
  steps: JobStep[];
  /** Newest lines of output, {@link JOB_LINES_MAX} at most. */
  lines: string[];
  /** Lines of output so far, those no longer held included. */
  lineCount: number;
  /** What it came to, once it succeeded. */
  result: Record<string, unknown> | null;
  /** `detail`: the own words of Docker or a registry, masked; only for those who may do what the job does. */
  error: { code: ErrorCode; message: string; detail?: string | undefined } | null;
  /** ISO 8601. */
  startedAt: string;
  finishedAt: string | null;
  /** Counts up with every change: of two snapshots the higher is the newer. */
  revision: number;
}

export const JOB_STEPS_MAX = 200;
export const JOB_LINES_MAX = 500;
