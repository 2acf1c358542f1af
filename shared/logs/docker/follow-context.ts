import { type Backoff, createBackoff } from "../../server/async/backoff.ts";
import type { FollowHandlers, Position } from "../log-source.ts";
import type { LogAccess } from "./engine-log.ts";
import { FollowStatus } from "./follow-status.ts";
import type { NameWatch } from "./name-watch.ts";
import type { LeftLines } from "./read-log.ts";
import type { ResumePlan } from "./resume-plan.ts";

/** How far a log was read, and how reading continues. Changed by the parts that read. */
export interface FollowState {
  /** Full id of the container; undefined before it was looked at. */
  id: string | undefined;
  /** That of a reader that has everything delivered so far. */
  position: Position;
  /** The stream stopped at a line that may be a repetition, or broke: a read of the log, which holds each line once, decides. */
  doubt: "backwards" | "equal" | "behind" | undefined;
  /** Lines of one time and text are several in this log. */
  isCoarse: boolean;
  /** How to continue, where the place had to be searched. */
  located: ResumePlan | undefined;
  /** When lines were first left for the start event of their run, by `performance.now()`. */
  leftAt: number | undefined;
  /** Those lines: a container that is removed takes its own away. */
  left: LeftLines | undefined;
  /** All lines of the run were read: the Engine sent its stream to the end, or lines of the next run. */
  isRunRead: boolean;
  /** The kernel has shown the first process of a run: where it shows none, that run is over. */
  seesRuns: boolean;
  /** Time of the newest line for which a silent stream was ended: once is enough, should it never come. */
  staleTime: string | undefined;
  /** When the log was last read for what the Engine may have left out, by `performance.now()`. */
  skippedAt: number;
  /** Times in a row that the Engine refused the log of a container it knows. */
  refusals: number;
  /** Streams in a row that ended without a line. */
  stalls: number;
}

/** What the parts that follow one log share. */
export interface FollowContext {
  /** Name or id of the container. */
  readonly name: string;
  readonly access: LogAccess;
  readonly watch: NameWatch;
  readonly handlers: FollowHandlers;
  readonly signal: AbortSignal;
  readonly backoff: Backoff;
  readonly status: FollowStatus;
  readonly state: FollowState;
}

export const createFollowContext = (
  name: string,
  access: LogAccess,
  watch: NameWatch,
  from: Position,
  handlers: FollowHandlers,
  signal: AbortSignal,
): FollowContext => ({
  name,
  access,
  watch,
  handlers,
  signal,
  backoff: createBackoff(),
  status: new FollowStatus(handlers),
  state: {
    id: undefined,
    position: from,
    doubt: undefined,
    isCoarse: false,
    located: undefined,
    leftAt: undefined,
    left: undefined,
    isRunRead: false,
    seesRuns: false,
    staleTime: undefined,
    skippedAt: Number.NEGATIVE_INFINITY,
    refusals: 0,
    stalls: 0,
  },
});
