import type { ContainerIdentity } from "../../docker/docker-host.ts";
import { delay } from "../../server/async/backoff.ts";
import { toAppError } from "../../server/errors.ts";
import { knownRunOf, type RunChange } from "../container-runs.ts";
import { advance, type FollowHandlers, type LogLine, type Position, type ReadHandlers } from "../log-source.ts";
import { idOf, knownRun, markOf, startOf, tracks, withRun } from "./container-position.ts";
import {
  currentRuns,
  LAST_EVENT_MS,
  type LogAccess,
  START_EVENT_MS,
  UnreadableLogError,
  unreadableDrivers,
  untoldChanges,
} from "./engine-log.ts";
import { createFollowContext, type FollowContext } from "./follow-context.ts";
import { followStream } from "./follow-stream.ts";
import { watchName } from "./name-watch.ts";
import { type LeftLines, readAfter } from "./read-log.ts";
import { readRemoved } from "./removed-log.ts";
import { planFollowing, planResume } from "./resume-plan.ts";

/** Wait before a log that cannot be read is tried again, once that was reported. */
const UNREADABLE_WAIT_MS = 10_000;
/** A container under removal is gone after this many attempts; a dead one is not. */
const MAX_REFUSALS = 8;

/** Follows the log of whatever container has a name; see `LogSource.follow`. */
export async function followLog(
  name: string,
  access: LogAccess,
  from: Position,
  handlers: FollowHandlers,
  signal: AbortSignal,
): Promise<void> {
  const watch = watchName(name, access.events, signal);
  const follow = createFollowContext(name, access, watch, from, handlers, signal);
  try {
    while (!signal.aborted) {
      const seen = watch.mark();
      try {
        if (await readRound(follow)) await watch.after(seen);
      } catch (error) {
        if (signal.aborted) return;
        await noteFailure(follow, error, seen);
      }
    }
  } finally {
    watch.close();
  }
}

/** Reports a failed round, and waits before the next one. @throws what is no failure of the Engine or of the log */
async function noteFailure(follow: FollowContext, error: unknown, seen: number): Promise<void> {
  const { status, state, backoff, signal } = follow;
  const failure = toAppError(error);
  switch (failure.code) {
    case "not_found":
      if (await isRemoved(follow)) await deliverRemoved(follow);
      status.close("removed");
      return follow.watch.after(seen);
    case "upstream_unavailable":
      state.isRunRead = false;
      status.reattach();
      return backoff.wait(signal);
    case "conflict": // it is being removed; one that cannot be removed stays so
      await deliverRemoved(follow);
      if (++state.refusals <= MAX_REFUSALS) return backoff.wait(signal);
      status.degrade(failure);
      return delay(UNREADABLE_WAIT_MS, signal);
    case "not_supported":
    case "invalid_input":
      if (failure instanceof UnreadableLogError || failure.code === "invalid_input") status.degrade(failure);
      else status.close("unsupported");
      return delay(UNREADABLE_WAIT_MS, signal);
    default:
      throw error;
  }
}

/** Whether the container no longer exists and that was not reported. One that was only renamed is not read to its end. */
async function isRemoved({ access, status, state }: FollowContext): Promise<boolean> {
  if (status.closed === "removed") return false;
  const id = state.id ?? access.events.runs.find(idOf(state.position));
  return state.left !== undefined || id === undefined || (await currentRuns(access.docker, id)) === undefined;
}

/** Delivers what is left of a removed container. Repeated, it delivers nothing. */
async function deliverRemoved(follow: FollowContext): Promise<void> {
  const { access, state, signal } = follow;
  const { left, isRunRead } = state;
  state.position = await readRemoved(access, state.position, readHandlers(follow), signal, { left, isRunRead });
  state.isRunRead = true;
  settle(follow);
}

/** Ends the wait for a start event. */
function settle({ state }: FollowContext): void {
  state.left = undefined;
  state.leftAt = undefined;
}

/** Delivers what is read between two streams. */
function readHandlers({ handlers, state, status, backoff }: FollowContext): ReadHandlers {
  return {
    async onLines(lines, before) {
      state.position = advance(before, lines);
      const change = lines[0]?.change;
      if (change) {
        backoff.reset();
        status.noteChange(change);
        state.isRunRead = false;
      }
      await handlers.onLines(lines);
    },
    onLost: (lost) => handlers.onLost(lost),
  };
}

/** One look at the container and one stream. Resolves with whether there is nothing to do until something changes. */
async function readRound(follow: FollowContext): Promise<boolean> {
  const { access, status, state, signal } = follow;
  const container = await look(follow);
  if (unreadableDrivers.has(container.logDriver)) {
    status.close("unsupported");
    return true;
  }
  if (idOf(state.position) !== idOf(startOf(container.id))) await replace(follow, container);
  state.id = container.id;
  const { runs } = container;
  const isBehind = !runs.running || state.doubt || (await untold(follow, container)).length > 0;
  let plan = isBehind ? undefined : state.located;
  state.located = undefined;
  if (!isBehind) plan ??= await planFollowing(access, container, state.position, signal);
  if (!plan) {
    await catchUp(follow, container);
    if (state.leftAt !== undefined) {
      await access.events.runs.change(container.id, LAST_EVENT_MS, signal);
      return false;
    }
    const isOver = knownRun(state.position)?.ended !== false;
    if (isOver && !runs.running) standStill(follow, container);
    // A run that has ended since the look is looked at again.
    if (isOver) return !runs.running;
  }
  plan ??= await planFollowing(access, container, state.position, signal);
  await followStream(follow, container, plan ?? (await planResume(access, container, state.position, signal)));
  return false;
}

/** Continues with another container that has the name. */
async function replace(follow: FollowContext, container: ContainerIdentity): Promise<void> {
  const { handlers, status, state } = follow;
  if (await isRemoved(follow)) await deliverRemoved(follow);
  state.position = startOf(container.id);
  state.isRunRead = false;
  handlers.onLost({ reason: "replaced", to: state.position });
  status.noteReplaced();
}

/** Returns the container that has the name now. The event of its end can precede the Engine's record of it. */
async function look(follow: FollowContext): Promise<ContainerIdentity> {
  const { access, name, state } = follow;
  const container = await access.docker.identify(name);
  const isSame = idOf(state.position) === idOf(startOf(container.id));
  if (!isSame || !container.runs.running) return container;
  const changes = await untold(follow, container);
  return changes.at(-1)?.kind === "ended" ? access.docker.identify(name) : container;
}

/** Returns the ends and starts to deliver before the lines of a stream. */
function untold({ access, state, signal }: FollowContext, { id, runs }: ContainerIdentity): Promise<RunChange[]> {
  if (!knownRun(state.position)) state.position = withRun(state.position, knownRunOf(runs));
  return untoldChanges(access, id, state.position, runs, signal);
}

/** Reads the log up to its present end. */
async function catchUp(follow: FollowContext, container: ContainerIdentity): Promise<void> {
  const { access, state, signal } = follow;
  const { doubt, position: before } = state;
  state.doubt = undefined;
  // Of lines after a clock that was set back the Engine gives none for a time.
  const plan = doubt === "backwards" ? { from: before, since: undefined, whole: true } : undefined;
  const mayLeave = state.leftAt === undefined || performance.now() - state.leftAt < START_EVENT_MS;
  const onLeft = (left: LeftLines) => {
    state.left = left;
  };
  const { position, isLeft } = await readAfter(access, container, before, readHandlers(follow), signal, {
    plan,
    onLeft: mayLeave ? onLeft : undefined,
  });
  state.position = position;
  if (isLeft) state.leftAt ??= performance.now();
  else settle(follow);
  if (doubt === "equal") state.isCoarse = tracks.some((track) => isOneMore(before, position, track));
}

function standStill({ status }: FollowContext, { exitCode, finishedAt, restarting }: ContainerIdentity): void {
  // It waits for its next start, and its end has been delivered.
  if (restarting && status.closed === "exited") return;
  status.standStill(exitCode === null || finishedAt === null ? {} : { exitCode, endedAt: finishedAt });
}

/** Whether lines of the very time of the last one were read after it. */
function isOneMore(before: Position, after: Position, track: LogLine["track"]): boolean {
  const [old, now] = [markOf(before, track), markOf(after, track)];
  return now.epoch === old.epoch && now.at > old.at;
}
