import type { ContainerIdentity } from "../../docker/docker-host.ts";
import { knownRunOf, type RunState } from "../container-runs.ts";
import type { LogLine, Position, ReadHandlers } from "../log-source.ts";
import { knownRun, needsWholeLog, newestTime, withRun } from "./container-position.ts";
import {
  currentRuns,
  decoderOf,
  endOfRun,
  type LogAccess,
  linesUpTo,
  UnreadableLogError,
  untilBroken,
  untoldChanges,
} from "./engine-log.ts";
import type { StoredLine } from "./line-assembler.ts";
import { createReading, type LogReading } from "./ordered-delivery.ts";
import { createResumeFilter } from "./resume-filter.ts";
import { locate, planReading, type ResumePlan } from "./resume-plan.ts";
import { type LogEnd, showsDamage } from "./tail-messages.ts";
import { findUnread, positionBefore, type Tally } from "./unread-lines.ts";

/** Lines left for the next run that are kept in memory. */
const MAX_LEFT_LINES = 1_000;
/** Rounds of a log that is read again because its runs changed meanwhile. */
const MAX_ROUNDS = 5;

export interface ReadOptions {
  /** How to begin; found out when absent. */
  plan?: ResumePlan | undefined;
  /**
   * Leaves lines that came after the last end while no start is known, since a start event may follow the first lines of its
   * run. Called with those lines, at most {@link MAX_LEFT_LINES}, and whether there are more.
   */
  onLeft?: ((left: LeftLines) => void) | undefined;
}

/**
 * Reads what the Engine holds after a position, without following: lines, and the ends and starts between them.
 * Resolves with the position reached, and whether lines were left. @throws `UnreadableLogError` after what can be read was
 * handed on
 */
export async function readAfter(
  access: LogAccess,
  container: ContainerIdentity,
  from: Position,
  handlers: ReadHandlers,
  signal: AbortSignal,
  { plan: first, onLeft }: ReadOptions = {},
): Promise<{ position: Position; isLeft: boolean }> {
  let position = from;
  let plan = first;
  let { runs } = container;
  for (let round = 1; ; round++) {
    const now = { ...container, runs, running: runs.running };
    const before = await untoldChanges(access, container.id, position, runs, signal);
    plan ??= await planReading(access, now, position, signal);
    const source = await openPlan(access, now, plan, signal);
    let after: RunState | undefined;
    let between = before;
    try {
      // What is read was all there when the first of it came, and so was every end and start before it.
      after = await currentRuns(access.docker, container.id);
      if (!after || !isSameRun(after, runs))
        between = await untoldChanges(access, container.id, position, after, signal);
    } catch (error) {
      source.close();
      throw error;
    }
    const reading = createReading(position, between, handlers);
    const end = onLeft && after && !after.running ? endOfRun(access, container.id, after.startedAt) : undefined;
    const { stop, tally, broken, left } = await readStored(source, now, plan, reading, handlers, end);
    const isLeft = left !== undefined;
    if (left) onLeft?.(left);
    if (stop === undefined && !plan.near && !isLeft)
      await readUnread(access, now, tally, broken, reading, handlers, signal);
    // Lines of the runs that were over when the log was opened have all come.
    await reading.finish(before.length);
    position = reading.position();
    if (!knownRun(position)) position = withRun(position, knownRunOf(runs));
    if (stop === "unsure" && round < MAX_ROUNDS) {
      plan = await locate(access, container, { ...plan, from: position }, signal);
    } else if (round >= MAX_ROUNDS || !after || isSameRun(after, runs)) return { position, isLeft };
    else plan = undefined;
    if (after) runs = after;
  }
}

/** Lines of a log as they are stored, and how far the Engine came with them. */
interface StoredSource {
  lines(): AsyncIterable<StoredLine[]>;
  /** Set once all has been read. */
  readonly pendingTime: string | undefined;
  readonly tally: Tally;
  /** What the Engine said where it gave up. */
  readonly broken: string | undefined;
  close(): void;
}

async function openPlan(
  { docker }: LogAccess,
  container: ContainerIdentity,
  { near, from, since }: ResumePlan,
  signal: AbortSignal,
): Promise<StoredSource> {
  if (near) return fromEnd(near);
  const stream = await docker.openLogs(container.id, { follow: false, since, signal });
  const chunks = untilBroken(stream);
  let first: IteratorResult<Buffer>;
  try {
    first = await chunks.next();
  } catch (error) {
    stream.destroy();
    throw error;
  }
  const sought = newestTime(from);
  const decoder = decoderOf(container, sought);
  let firstTime: string | undefined;
  const noted = (lines: StoredLine[]) => {
    if (sought === undefined) firstTime ??= earliest(lines, decoder.pendingTime());
    return lines;
  };
  return {
    async *lines() {
      for await (const chunk of chained(first, chunks)) {
        yield noted(decoder.add(chunk));
        if (decoder.broken !== undefined) return;
      }
      // A line that is still being written is left to the next reader; a container that has stopped writes no more of it.
      if (!container.running) yield noted(decoder.end());
    },
    get pendingTime() {
      return decoder.pendingTime();
    },
    get tally() {
      if (sought === undefined) return { time: firstTime, messages: decoder.messages };
      return { time: sought, messages: decoder.messages - (decoder.messagesBefore ?? decoder.messages) };
    },
    get broken() {
      return decoder.broken;
    },
    close: () => void stream.destroy(),
  };
}

const placeOf = ({ error, time }: StoredLine) => ({ track: error ? "err" : "out", time });

const earliest = (lines: readonly StoredLine[], pending: string | undefined): string | undefined =>
  [...lines.map(({ time }) => time), ...(pending === undefined ? [] : [pending])].toSorted()[0];

const fromEnd = ({ lines, pendingTime, messages }: LogEnd): StoredSource => ({
  async *lines() {
    yield lines;
  },
  pendingTime,
  tally: { time: undefined, messages },
  broken: undefined,
  close() {},
});

/** Lines that are left for the next run: the first of them, and whether there are more. */
export interface LeftLines {
  lines: LogLine[];
  hasMore: boolean;
}

function addLeft(left: LeftLines, lines: readonly LogLine[]): void {
  const room = MAX_LEFT_LINES - left.lines.length;
  left.lines.push(...lines.slice(0, room));
  left.hasMore ||= lines.length > room;
}

/** Hands on what a source holds. "unsure": the place could not be found, and nothing after it was handed on. */
async function readStored(
  source: StoredSource,
  container: ContainerIdentity,
  plan: ResumePlan,
  reading: LogReading,
  handlers: ReadHandlers,
  lastTime: string | undefined,
): Promise<{ stop: "unsure" | undefined; tally: Tally; broken: string | undefined; left: LeftLines | undefined }> {
  const filter = createResumeFilter(plan.from, plan);
  let last: StoredLine | undefined;
  let left: LeftLines | undefined;
  for await (const stored of source.lines()) {
    const end = stored.findIndex(({ time }) => plan.until !== undefined && time >= plan.until);
    const until = end === -1 ? stored : stored.slice(0, end);
    if (left) {
      addLeft(left, filter.accept(until).lines);
      if (left.hasMore) break;
      continue;
    }
    const taken = lastTime === undefined ? until : linesUpTo(until, lastTime);
    last = taken.at(-1) ?? last;
    const { lines, lost, stop } = filter.accept(taken);
    if (lost) handlers.onLost(lost);
    if (lines.length > 0) await reading.lines(lines, filter.baseline(reading.position()));
    if (stop === "unsure") return { stop, tally: source.tally, broken: source.broken, left };
    if (taken.length < until.length) {
      left = { lines: [], hasMore: false };
      addLeft(left, filter.accept(until.slice(taken.length)).lines);
    }
  }
  if (last) handlers.onReached?.(placeOf(last));
  filter.note(source.pendingTime);
  reading.rebase(filter.baseline(reading.position()));
  const { tally, broken } = source;
  if (broken !== undefined && !left && !showsDamage(container)) throw new UnreadableLogError(broken);
  return { stop: filter.isMissing ? "unsure" : undefined, tally, broken, left };
}

/** Hands on what the Engine holds behind a damaged record, after a gap; see `findUnread`. */
async function readUnread(
  { docker }: LogAccess,
  container: ContainerIdentity,
  tally: Tally,
  broken: string | undefined,
  reading: LogReading,
  handlers: ReadHandlers,
  signal: AbortSignal,
): Promise<void> {
  const unread = needsWholeLog(reading.position()) ? undefined : await findUnread(docker, container, tally, signal);
  if (!unread || unread.end.lines.length === 0) {
    if (broken !== undefined) throw new UnreadableLogError(broken);
    return;
  }
  if (unread.lost) {
    const to = positionBefore(unread.end.lines, reading.position());
    reading.rebase(to);
    handlers.onLost({ reason: "unreadable", to, side: "behind" });
  }
  const filter = createResumeFilter(reading.position());
  const { lines } = filter.accept(unread.end.lines);
  handlers.onReached?.(placeOf(unread.end.lines.at(-1) as StoredLine));
  if (lines.length > 0) await reading.lines(lines, filter.baseline(reading.position()));
}

async function* chained(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

const isSameRun = (left: RunState, right: RunState) =>
  left.startedAt === right.startedAt && left.running === right.running;
