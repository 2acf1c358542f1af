import { knownRunOf, type RunState } from "../../logs/container-runs.ts";
import type { Position, ReadHandlers } from "../../logs/log-source.ts";
import type { ContainerIdentity } from "../docker.ts";
import {
  knownRun,
  markOf,
  needsWholeLog,
  newestTime,
  SKEW_MS,
  settled,
  sinceOf,
  timeOf,
  tracks,
  withRun,
} from "./container-position.ts";
import type { StoredLine } from "./line-assembler.ts";
import {
  currentRuns,
  decoderOf,
  type LogAccess,
  UnreadableLogError,
  untilBroken,
  untoldChanges,
} from "./log-access.ts";
import { createReading, type LogReading } from "./log-reading.ts";
import { createResumeFilter, type ResumeOptions } from "./resume-filter.ts";
import { newestStoredTime } from "./tail-log.ts";

/** Where and how reading goes on. */
export interface ResumePlan extends ResumeOptions {
  from: Position;
  since: string | undefined;
}

/** A log that is read again because its runs changed meanwhile ends this often at most. */
const MAX_ROUNDS = 5;

/** How to go on from a position: by time where that is safe, else by the Engine's order over the whole log. */
export async function planResume(
  { docker }: LogAccess,
  container: ContainerIdentity,
  position: Position,
  signal: AbortSignal,
): Promise<ResumePlan> {
  const newest = newestTime(position);
  const whole =
    needsWholeLog(position) ||
    (newest !== undefined &&
      isSuspect(newest, position, container) &&
      ((await newestStoredTime(docker, container, signal)) ?? newest) < newest);
  const from = whole ? position : settled(position);
  return { from, whole, since: whole ? undefined : sinceOf(from) };
}

/** Whether the clock may have been set back since the reader's newest line. */
function isSuspect(newest: string, position: Position, { runs }: ContainerIdentity): boolean {
  const at = Date.parse(newest);
  if (at > Date.now() + SKEW_MS) return true;
  const known = knownRun(position);
  const isOther = known !== undefined && runs.startedAt !== null && known.startedAt !== runs.startedAt;
  return isOther && Date.parse(runs.startedAt as string) < at - SKEW_MS;
}

/** Looks through the log for the reader's last line of each stream. */
export async function locate(
  { docker }: LogAccess,
  container: ContainerIdentity,
  { from }: ResumePlan,
  signal: AbortSignal,
): Promise<ResumePlan> {
  const wanted = new Map<string, string>();
  for (const track of tracks) {
    const mark = markOf(from, track);
    if (mark.at > 0) wanted.set(track, timeOf(mark));
  }
  const found = new Set<string>();
  const look = (lines: readonly StoredLine[]) => {
    for (const { error, time } of lines) {
      const track = error ? "err" : "out";
      if (wanted.get(track) === time) found.add(track);
    }
  };
  const decoder = decoderOf(container);
  for await (const chunk of untilBroken(await docker.openLogs(container.id, { follow: false, signal }))) {
    look(decoder.add(chunk));
    if (decoder.broken !== undefined || found.size === wanted.size) break;
  }
  look(decoder.end());
  return { from, found, since: undefined, whole: true };
}

/**
 * Reads what the Engine holds after a position, without following: lines, and the ends and starts between them.
 * Resolves with the position reached. @throws `UnreadableLogError` after what can be read was handed on
 */
export async function readAfter(
  access: LogAccess,
  container: ContainerIdentity,
  from: Position,
  handlers: ReadHandlers,
  signal: AbortSignal,
  how?: ResumePlan,
): Promise<Position> {
  let position = from;
  let plan = how ?? (await planResume(access, container, position, signal));
  let { runs } = container;
  for (let round = 1; ; round++) {
    const { id } = container;
    const before = await untoldChanges(access, id, position, runs, signal);
    const { since } = plan;
    const stream = await access.docker.openLogs(id, { follow: false, since, signal });
    const chunks = untilBroken(stream);
    let after: RunState | undefined;
    let between = before;
    let first: IteratorResult<Buffer>;
    try {
      // What is read was all there when the first of it comes, and so was every end and start before it.
      first = await chunks.next();
      after = await currentRuns(access.docker, id);
      if (!after || !isSameRun(after, runs)) between = await untoldChanges(access, id, position, after, signal);
    } catch (error) {
      stream.destroy();
      throw error;
    }
    const reading = createReading(position, between, handlers);
    const stop = await readStream(
      chained(first, chunks),
      container,
      { plan, isOver: !runs.running },
      reading,
      handlers,
    );
    // Lines of the runs that were over when the log was opened have all come.
    await reading.finish(before.length);
    position = reading.position();
    if (!knownRun(position)) position = withRun(position, knownRunOf(runs));
    if (stop === "unsure" && round < MAX_ROUNDS)
      plan = await locate(access, container, { ...plan, from: position }, signal);
    else if (round >= MAX_ROUNDS || !after || isSameRun(after, runs)) return position;
    else plan = await planResume(access, container, position, signal);
    if (after) runs = after;
  }
}

/** Reads a stream to its end. "unsure": the place could not be found, and nothing after it was handed on. */
async function readStream(
  chunks: AsyncIterable<Buffer>,
  container: ContainerIdentity,
  { plan, isOver }: { plan: ResumePlan; isOver: boolean },
  reading: LogReading,
  handlers: ReadHandlers,
): Promise<"unsure" | undefined> {
  const filter = createResumeFilter(plan.from, plan);
  const decoder = decoderOf(container);
  const take = async (stored: StoredLine[]) => {
    const { lines, lost, stop } = filter.accept(stored);
    if (lost) handlers.onLost(lost);
    if (lines.length > 0) await reading.lines(lines, filter.baseline(reading.position()));
    return stop === "unsure";
  };
  for await (const chunk of chunks) {
    if (await take(decoder.add(chunk))) return "unsure";
    if (decoder.broken !== undefined) break;
  }
  // A line that is still being written is left to the next reader; a container that has stopped writes no more of it.
  if (isOver && (await take(decoder.end()))) return "unsure";
  filter.note(decoder.pendingTime());
  reading.rebase(filter.baseline(reading.position()));
  if (decoder.broken !== undefined) throw new UnreadableLogError(decoder.broken);
  return filter.isMissing ? "unsure" : undefined;
}

async function* chained(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

const isSameRun = (left: RunState, right: RunState) =>
  left.startedAt === right.startedAt && left.running === right.running;
