import type { Readable } from "node:stream";
import type { ContainerIdentity } from "../../docker/docker-host.ts";
import { delay } from "../../server/async/backoff.ts";
import { advance } from "../log-source.ts";
import { needsWholeLog, newestTime } from "./container-position.ts";
import { decoderOf, linesUntil, linesUpTo, UnreadableLogError } from "./engine-log.ts";
import type { FollowContext } from "./follow-context.ts";
import type { StoredLine } from "./line-assembler.ts";
import { createResumeFilter, type ResumeStop } from "./resume-filter.ts";
import { locate, type ResumePlan } from "./resume-plan.ts";
import { abortIfMoved, findEnd, isRunOver, isSameRun, type RunEnd, untilOver } from "./run-check.ts";
import { openRunProbe, type RunProbe } from "./run-probe.ts";
import { watchSilence } from "./silence-watch.ts";
import { createSkipWatch, type SkipWatch } from "./skip-watch.ts";
import { newestStoredTime } from "./tail-log.ts";
import { showsDamage } from "./tail-messages.ts";

/** The newest line is checked after this many streams that ended without a line. */
const STALLS_BEFORE_LOOK = 4;
/** A log is read for what the Engine may have left out at most this often, in milliseconds. */
const SKIP_EVERY_MS = 300;

/** Follows one stream of the Engine from its opening to its end. A broken stream ends like a finished one. */
export async function followStream(
  follow: FollowContext,
  container: ContainerIdentity,
  plan: ResumePlan,
): Promise<void> {
  const { access, name, watch, status, state, signal } = follow;
  const before = state.position;
  const probe = probeOf(follow, container);
  const over = new AbortController();
  let stream: Readable | undefined;
  state.isRunRead = false;
  const openedAt = new Date().toISOString();
  try {
    stream = await access.docker.openLogs(container.id, {
      follow: true,
      since: plan.since,
      tail: plan.tail,
      signal: AbortSignal.any([signal, over.signal]),
    });
    // A stream is of one run: of that which was the newest when it was opened.
    watch.onMoved(() => void abortIfMoved(access, name, container.id, over));
    if (!(await isSameRun(access, name, container))) return;
    if (container.runs.running) status.goLive();
    await readStream(follow, { stream, openedAt }, container, plan, probe);
  } finally {
    probe?.close();
    watch.onMoved(undefined);
    over.abort();
    stream?.destroy();
  }
  if (state.position !== before) {
    state.stalls = 0;
    follow.backoff.reset();
  } else if (!signal.aborted) {
    if (++state.stalls % STALLS_BEFORE_LOOK === 0) await checkStall(follow, container);
    await follow.backoff.wait(signal);
  }
}

function probeOf({ state }: FollowContext, container: ContainerIdentity): RunProbe | undefined {
  const probe = container.runs.running ? openRunProbe(container) : undefined;
  if (probe === "over") return state.seesRuns ? { isOver: () => true, close() {} } : undefined;
  if (probe) state.seesRuns = true;
  return probe;
}

/** A damaged line ends the Engine's reading without an error, though there are newer lines. */
async function checkStall({ access, state, signal }: FollowContext, container: ContainerIdentity): Promise<void> {
  if (needsWholeLog(state.position)) return;
  const newest = await newestStoredTime(access.docker, container, signal);
  if (newest !== undefined && newest > (newestTime(state.position) ?? "")) throw new UnreadableLogError("");
}

/** Delivers the lines of an open stream, and notes in the state how reading has to continue after it. */
async function readStream(
  follow: FollowContext,
  { stream, openedAt }: { stream: Readable; openedAt: string },
  container: ContainerIdentity,
  plan: ResumePlan,
  probe: RunProbe | undefined,
): Promise<void> {
  const { access, name, state, signal } = follow;
  const decoder = decoderOf(container);
  const { logFileBytes } = container;
  const skips = logFileBytes === null ? undefined : createSkipWatch(logFileBytes, openedAt);
  const taker = createTaker(follow, plan, skips);
  const silence = watchStream(follow, stream, container, () => taker.isHeld);
  let isVerified = false;
  let isCut = false;
  let end: RunEnd | undefined;
  try {
    for await (const chunk of untilOver(stream)) {
      isCut = true;
      // The first lines can belong to a run that began while the stream was opened: its start precedes them.
      if (!isVerified && !(await isSameRun(access, name, container))) break;
      isVerified = true;
      // A stream can run into the next run, whose start precedes its lines.
      if (!end?.isPast) {
        end = (await isRunOver(access, container, probe)) ? await findEnd(access, container, signal) : undefined;
      }
      if (end?.isPast && end.time === undefined) break;
      await taker.take(decoder.add(chunk), end);
      if (taker.isLeft || taker.isSkipped || taker.stop !== undefined || decoder.broken !== undefined) break;
      isCut = false;
    }
  } finally {
    silence.close();
  }
  const isEnded = !isCut && stream.readableEnded && decoder.pendingTime() === undefined;
  state.isRunRead = isEnded || (taker.isLeft && taker.stop === undefined);
  // A line that is not whole is read again, or by the last read of a container that has exited.
  if (decoder.broken !== undefined) {
    // What is behind a damaged record can be read from the end.
    if (!showsDamage(container)) throw new UnreadableLogError(decoder.broken);
    state.doubt = "behind";
  }
  if (taker.isSkipped) {
    state.doubt = "behind";
    await delay(Math.max(0, state.skippedAt + SKIP_EVERY_MS - performance.now()), signal);
    state.skippedAt = performance.now();
  }
  const { stop } = taker;
  if (stop === "backwards" || stop === "equal") state.doubt = stop;
  // More has come than was asked for: the log is read up to its end before it is followed further.
  if (stop === "unsure" && plan.tail !== undefined) state.doubt = "behind";
  else if (stop === "unsure") {
    state.located = await locate(access, container, { ...plan, from: state.position }, signal);
  }
}

/** Delivers lines of a stream that the reader lacks. */
interface LineTaker {
  /** @param end lines after it are left for the next run; undefined while the run lasts */
  take(stored: StoredLine[], end: RunEnd | undefined): Promise<void>;
  readonly stop: ResumeStop | undefined;
  /** Lines of the next run were left. */
  readonly isLeft: boolean;
  /** The Engine may have left out a file: lines from there on were not taken. */
  readonly isSkipped: boolean;
  /** The reader has not taken the last lines yet. */
  readonly isHeld: boolean;
}

function createTaker(
  { state, status, handlers }: FollowContext,
  plan: ResumePlan,
  skips: SkipWatch | undefined,
): LineTaker {
  const filter = createResumeFilter(plan.from, { ...plan, follows: true, isCoarse: state.isCoarse });
  let isSkipped = false;
  let stop: ResumeStop | undefined;
  let isLeft = false;
  let isHeld = false;
  return {
    async take(received, end) {
      const skip = skips?.find(received, performance.now()) ?? -1;
      isSkipped = skip !== -1;
      const stored = isSkipped ? received.slice(0, skip) : received;
      const own = ownLines(stored, end);
      isLeft = own.length < stored.length;
      const accepted = filter.accept(own);
      const { lines, lost } = accepted;
      stop = accepted.stop;
      if (lost) handlers.onLost(lost);
      // There may be more of them in the log, which is read next.
      if (isLeft && !stop) state.left = { lines: filter.accept(stored.slice(own.length)).lines, hasMore: true };
      if (lines.length === 0) return;
      state.position = advance(state.position, lines);
      state.refusals = 0;
      status.recover();
      const taken = handlers.onLines(lines);
      if (taken === undefined) return;
      isHeld = true;
      await taken;
      isHeld = false;
    },
    get stop() {
      return stop;
    },
    get isLeft() {
      return isLeft;
    },
    get isSkipped() {
      return isSkipped;
    },
    get isHeld() {
      return isHeld;
    },
  };
}

/** The lines of the run itself. */
function ownLines(stored: StoredLine[], { isPast, time }: Partial<RunEnd> = {}): StoredLine[] {
  if (time === undefined) return stored;
  return isPast ? linesUntil(stored, time) : linesUpTo(stored, time);
}

/** Ends a stream that sends nothing though newer lines are stored. */
function watchStream(
  { access, state, status }: FollowContext,
  stream: Readable,
  container: ContainerIdentity,
  isHeld: () => boolean,
): { close(): void } {
  return watchSilence({
    // A stream whose reader holds it up is not dead: it counts as one that continues.
    position: () => (isHeld() ? new Map(state.position) : state.position),
    newest: async (signal) => {
      const newest = await newestStoredTime(access.docker, container, signal);
      if (newest !== undefined && newest === state.staleTime) {
        // Another stream did not bring it either: something before it stops the Engine, without an error.
        status.degrade(new UnreadableLogError(""));
        return undefined;
      }
      return newest;
    },
    onStale: (newest) => {
      state.staleTime = newest;
      stream.destroy();
    },
  });
}
