import type { Readable } from "node:stream";
import { setImmediate as immediate } from "node:timers/promises";
import type { ContainerIdentity } from "../../docker/docker-host.ts";
import type { StreamClosed, StreamClosedCode } from "../../protocol/events/services.ts";
import { createBackoff, delay } from "../../server/backoff.ts";
import { toAppError } from "../../server/errors.ts";
import { knownRunOf, type RunChange } from "../container-runs.ts";
import { advance, type FollowHandlers, type LogLine, type Position } from "../log-source.ts";
import {
  compareMarks,
  idOf,
  knownRun,
  markOf,
  needsWholeLog,
  newestTime,
  startOf,
  tracks,
  withRun,
} from "./container-position.ts";
import {
  currentRuns,
  decoderOf,
  endOfRun,
  LAST_EVENT_MS,
  type LogAccess,
  linesUpTo,
  START_EVENT_MS,
  UnreadableLogError,
  unreadableDrivers,
  untoldChanges,
} from "./engine-log.ts";
import type { StoredLine } from "./line-assembler.ts";
import { type NameWatch, watchName } from "./name-watch.ts";
import { createReading } from "./ordered-delivery.ts";
import { type LeftLines, readAfter } from "./read-log.ts";
import { createResumeFilter, type ResumeStop } from "./resume-filter.ts";
import { locate, planFollowing, planResume, type ResumePlan } from "./resume-plan.ts";
import { openRunProbe, type RunProbe } from "./run-probe.ts";
import { watchSilence } from "./silence-watch.ts";
import { newestStoredTime } from "./tail-log.ts";
import { showsDamage } from "./tail-messages.ts";

/** Wait before a log that cannot be read is tried again, once that was reported. */
const UNREADABLE_WAIT_MS = 10_000;
/** A container under removal is gone after this many attempts; a dead one is not. */
const MAX_REFUSALS = 8;
/** The newest line is checked after this many streams that ended without a line. */
const STALLS_BEFORE_LOOK = 4;

/** Follows the log of whatever container has a name; see `LogSource.follow`. */
export async function followLog(
  name: string,
  access: LogAccess,
  from: Position,
  handlers: FollowHandlers,
  signal: AbortSignal,
): Promise<void> {
  const watch = watchName(name, access.events, signal);
  try {
    await new Follower(name, access, watch, from, handlers, signal).run();
  } finally {
    watch.close();
  }
}

class Follower {
  private readonly name: string;
  private readonly access: LogAccess;
  private readonly watch: NameWatch;
  private readonly handlers: FollowHandlers;
  private readonly signal: AbortSignal;
  private readonly backoff = createBackoff();
  private position: Position;
  /** The last state that was reported; undefined while live. */
  private standing: StreamClosedCode | undefined;
  private reattaching = false;
  private troubled = false;
  /** Times in a row that the Engine refused the log of a container it knows. */
  private refusals = 0;
  /** Streams in a row that ended without a line. */
  private stalls = 0;
  /** The stream stopped at a line that may be a repetition, or broke: a read of the log, which holds each line once, decides. */
  private doubtful: "backwards" | "equal" | "behind" | undefined;
  /** Lines of one time and text are several in this log. */
  private isCoarse = false;
  /** How to continue, where the place had to be searched. */
  private located: ResumePlan | undefined;
  /** Of the container that is followed. */
  private id: string | undefined;
  /** Since when lines wait for the start event of their run, and those lines: a container that is removed takes its own away. */
  private leftAt: number | undefined;
  private left: LeftLines | undefined;
  /** The kernel has shown the first process of a run: where it shows none, that run is over. */
  private seesRuns = false;
  /** Time of the newest line a silent stream was given up for: once is enough, should it never come. */
  private given: string | undefined;

  constructor(
    name: string,
    access: LogAccess,
    watch: NameWatch,
    from: Position,
    handlers: FollowHandlers,
    signal: AbortSignal,
  ) {
    this.name = name;
    this.access = access;
    this.watch = watch;
    this.position = from;
    this.handlers = handlers;
    this.signal = signal;
  }

  async run(): Promise<void> {
    const { signal } = this;
    while (!signal.aborted) {
      const looked = this.watch.mark();
      try {
        if (await this.round()) await this.watch.after(looked);
      } catch (error) {
        if (signal.aborted) return;
        await this.failed(error, looked);
      }
    }
  }

  private async failed(error: unknown, looked: number): Promise<void> {
    const failure = toAppError(error);
    switch (failure.code) {
      case "not_found":
        if (this.standing !== "removed") await this.deliverLastEnd();
        this.close("removed");
        return this.watch.after(looked);
      case "upstream_unavailable":
        if (!this.reattaching && this.standing === undefined) this.handlers.onState("reattaching");
        this.reattaching = true;
        return this.backoff.wait(this.signal);
      case "conflict": // it is being removed; one that cannot be removed stays so
        await this.deliverLastEnd();
        if (++this.refusals > MAX_REFUSALS) this.trouble(failure);
        return this.refusals > MAX_REFUSALS ? delay(UNREADABLE_WAIT_MS, this.signal) : this.backoff.wait(this.signal);
      case "not_supported":
      case "invalid_input":
        if (failure instanceof UnreadableLogError || failure.code === "invalid_input") this.trouble(failure);
        else this.close("unsupported");
        return delay(UNREADABLE_WAIT_MS, this.signal);
      default:
        throw error;
    }
  }

  /** Delivers the ends of a removed container by the Engine's events, and the lines that were left for its next run. */
  private async deliverLastEnd(): Promise<void> {
    const { access, id, left, position, signal } = this;
    if (id === undefined || (!left && knownRun(position)?.ended !== false)) return;
    await access.events.runs.change(id, LAST_EVENT_MS, signal);
    const changes = await untoldChanges(access, id, position, undefined, signal);
    const reading = createReading(position, changes, this.reading);
    const isUnread = ({ track, mark }: LogLine) => compareMarks(mark, markOf(position, track)) > 0;
    await reading.lines(left?.lines.filter(isUnread) ?? [], position);
    await reading.finish(changes.length);
    if (left?.hasMore) this.handlers.onLost({ reason: "source_lost", to: this.position });
    this.settle();
  }

  /** Ends the wait for a start event. */
  private settle(): void {
    this.left = undefined;
    this.leftAt = undefined;
  }

  private close(code: StreamClosedCode, more: Omit<StreamClosed, "code"> = {}): void {
    if (this.standing === code) return;
    this.standing = code;
    this.handlers.onClosed({ code, ...more });
  }

  private trouble({ message, code }: ReturnType<typeof toAppError>): void {
    if (this.troubled) return;
    this.troubled = true;
    this.handlers.onTrouble?.({ message, code });
  }

  private goLive(): void {
    if (this.standing !== undefined) this.handlers.onState("restarted");
    else if (this.reattaching) this.handlers.onState("live");
    this.standing = undefined;
    this.reattaching = false;
  }

  /** Delivers what was read between two streams. */
  private readonly reading = {
    onLines: async (lines: LogLine[], before: Position) => {
      this.position = advance(before, lines);
      this.took(lines);
      await this.handlers.onLines(lines);
    },
    onLost: (lost: Parameters<FollowHandlers["onLost"]>[0]) => this.handlers.onLost(lost),
  };

  private took([first]: readonly LogLine[]): void {
    if (first?.change === undefined) return;
    this.backoff.reset();
    this.reattaching = false;
    this.standing = first.change.kind === "ended" ? "exited" : undefined;
  }

  /** One stream from its opening to its end. Resolves with whether there is nothing to do until something changes. */
  private async round(): Promise<boolean> {
    const container = await this.look();
    if (unreadableDrivers.has(container.logDriver)) {
      this.close("unsupported");
      return true;
    }
    if (idOf(this.position) !== idOf(startOf(container.id))) {
      if (this.left) await this.deliverLastEnd();
      this.position = startOf(container.id);
      this.handlers.onLost({ reason: "replaced", to: this.position });
      // Another container: its own start reports whether it runs.
      if (this.standing === "exited") this.standing = undefined;
    }
    this.id = container.id;
    const { access, signal } = this;
    const { runs } = container;
    const isBehind = !runs.running || this.doubtful || (await this.untold(container)).length > 0;
    let plan = isBehind ? undefined : this.located;
    this.located = undefined;
    if (!isBehind) plan ??= await planFollowing(access, container, this.position, signal);
    if (!plan) {
      await this.catchUp(container);
      if (this.leftAt !== undefined) {
        await access.events.runs.change(container.id, LAST_EVENT_MS, signal);
        return false;
      }
      const isOver = knownRun(this.position)?.ended !== false;
      if (isOver && !runs.running) this.standStill(container);
      // Where it has ended since it was looked at, it is looked at again.
      if (isOver) return !runs.running;
    }
    plan ??= await planFollowing(access, container, this.position, signal);
    await this.stream(container, plan ?? (await planResume(access, container, this.position, signal)));
    return false;
  }

  private async catchUp(container: ContainerIdentity): Promise<void> {
    const { access, doubtful, signal, position: before } = this;
    this.doubtful = undefined;
    // Of lines after a clock that was set back the Engine gives none for a time.
    const plan = doubtful === "backwards" ? { from: before, since: undefined, whole: true } : undefined;
    const mayLeave = this.leftAt === undefined || performance.now() - this.leftAt < START_EVENT_MS;
    const onLeft = (left: LeftLines) => {
      this.left = left;
    };
    const { position, isLeft } = await readAfter(access, container, before, this.reading, signal, {
      plan,
      onLeft: mayLeave ? onLeft : undefined,
    });
    this.position = position;
    if (isLeft) this.leftAt ??= performance.now();
    else this.settle();
    if (doubtful === "equal") this.isCoarse = tracks.some((track) => isOneMore(before, this.position, track));
  }

  private standStill({ exitCode, finishedAt, restarting }: ContainerIdentity): void {
    // It waits for its next start, and its end has been delivered.
    if (restarting && this.standing === "exited") return;
    this.reattaching = false;
    this.close("exited", exitCode === null || finishedAt === null ? {} : { exitCode, endedAt: finishedAt });
    this.handlers.onStill?.();
  }

  /** Returns the container that has the name now. The event of its end can precede the Engine's record of it. */
  private async look(): Promise<ContainerIdentity> {
    const container = await this.access.docker.identify(this.name);
    const isOurs = idOf(this.position) === idOf(startOf(container.id));
    if (!isOurs || !container.runs.running) return container;
    const changes = await this.untold(container);
    return changes.at(-1)?.kind === "ended" ? this.access.docker.identify(this.name) : container;
  }

  /** Returns the ends and starts to deliver before the lines of a stream. */
  private untold({ id, runs }: ContainerIdentity): Promise<RunChange[]> {
    if (!knownRun(this.position)) this.position = withRun(this.position, knownRunOf(runs));
    return untoldChanges(this.access, id, this.position, runs, this.signal);
  }

  private async stream(container: ContainerIdentity, plan: ResumePlan): Promise<void> {
    const { access, signal, position: before } = this;
    const probe = this.probeOf(container);
    const over = new AbortController();
    let stream: Readable | undefined;
    try {
      stream = await access.docker.openLogs(container.id, {
        follow: true,
        since: plan.since,
        tail: plan.tail,
        signal: AbortSignal.any([signal, over.signal]),
      });
      // A stream is of one run: of that which was the newest when it was opened.
      this.watch.onMoved(() => void this.checkName(container.id, over));
      if (!(await this.isSameRun(container))) return;
      if (container.runs.running) this.goLive();
      await this.pump(stream, container, plan, probe);
    } finally {
      probe?.close();
      this.watch.onMoved(undefined);
      over.abort();
      stream?.destroy();
    }
    if (this.position !== before) {
      this.stalls = 0;
      this.backoff.reset();
    } else if (!signal.aborted) {
      if (++this.stalls % STALLS_BEFORE_LOOK === 0) await this.checkStall(container);
      await this.backoff.wait(signal);
    }
  }

  private probeOf(container: ContainerIdentity): RunProbe | undefined {
    const probe = container.runs.running ? openRunProbe(container) : undefined;
    if (probe === "over") return this.seesRuns ? { isOver: () => true, close() {} } : undefined;
    if (probe) this.seesRuns = true;
    return probe;
  }

  /** A damaged line ends the Engine's reading without a word, though there are newer lines. */
  private async checkStall(container: ContainerIdentity): Promise<void> {
    if (needsWholeLog(this.position)) return;
    const newest = await newestStoredTime(this.access.docker, container, this.signal);
    if (newest !== undefined && newest > (newestTime(this.position) ?? "")) throw new UnreadableLogError("");
  }

  /** Hands on every line of an open stream; a broken stream ends like a finished one. */
  private async pump(
    stream: Readable,
    container: ContainerIdentity,
    plan: ResumePlan,
    probe: RunProbe | undefined,
  ): Promise<void> {
    const filter = createResumeFilter(plan.from, { ...plan, follows: true, isCoarse: this.isCoarse });
    const decoder = decoderOf(container);
    let held = false;
    let verified = false;
    let stop: ResumeStop | undefined;
    let isLeft = false;
    const take = async (stored: StoredLine[], lastTime: string | undefined) => {
      const own = lastTime === undefined ? stored : linesUpTo(stored, lastTime);
      isLeft = own.length < stored.length;
      const accepted = filter.accept(own);
      const { lines, lost } = accepted;
      stop = accepted.stop;
      if (lost) this.handlers.onLost(lost);
      // There may be more of them in the log, which is read next.
      if (isLeft && !stop) this.left = { lines: filter.accept(stored.slice(own.length)).lines, hasMore: true };
      if (lines.length === 0) return;
      this.position = advance(this.position, lines);
      this.troubled = false;
      this.refusals = 0;
      const taken = this.handlers.onLines(lines);
      if (taken === undefined) return;
      held = true;
      await taken;
      held = false;
    };
    const silence = watchSilence({
      // Held up by its reader, a stream is not dead: it counts as getting on.
      position: () => (held ? new Map(this.position) : this.position),
      newest: async (signal) => {
        const newest = await newestStoredTime(this.access.docker, container, signal);
        if (newest !== undefined && newest === this.given) {
          // Another stream did not bring it either: something before it stops the Engine, which says nothing.
          this.trouble(new UnreadableLogError(""));
          return undefined;
        }
        return newest;
      },
      onStale: (newest) => {
        this.given = newest;
        stream.destroy();
      },
    });
    try {
      for await (const chunk of quietly(stream)) {
        // The first lines can belong to a run that began while the stream was opened: its start precedes them.
        if (!verified && !(await this.isSameRun(container))) break;
        verified = true;
        // A stream can run into the next run, whose start precedes its lines.
        const end = (await this.isOver(container, probe)) ? await this.endOf(container) : undefined;
        if (end?.isPast) break;
        await take(decoder.add(chunk), end?.time);
        if (isLeft) break;
        if (stop !== undefined || decoder.broken !== undefined) break;
      }
    } finally {
      silence.close();
    }
    // A line that is not whole is read again, or by the last look at a container that has exited.
    if (decoder.broken !== undefined) {
      // What is behind a damaged record can be read from the end.
      if (!showsDamage(container)) throw new UnreadableLogError(decoder.broken);
      this.doubtful = "behind";
    }
    if (stop === "backwards" || stop === "equal") this.doubtful = stop;
    // More has come than was asked for: the log is read up to its end before it is followed on.
    if (stop === "unsure" && plan.tail !== undefined) this.doubtful = "behind";
    else if (stop === "unsure") {
      this.located = await locate(this.access, container, { ...plan, from: this.position }, this.signal);
    }
  }

  /** Whether the run has ended, as far as it is known without asking the Engine. */
  private async isOver({ id, runs }: ContainerIdentity, probe: RunProbe | undefined): Promise<boolean> {
    if (probe) return probe.isOver();
    await immediate(); // an event that has come in the same moment
    return runs.startedAt !== null && this.access.events.runs.hasEnded(id, runs.startedAt);
  }

  /** Of a run that has ended: whether another has begun, and the time after which no line is its own, where it is known. */
  private async endOf(container: ContainerIdentity): Promise<{ isPast: boolean; time?: string | undefined }> {
    const { access, signal } = this;
    const { id, runs } = container;
    const now = await currentRuns(access.docker, id);
    if (now && now.startedAt !== runs.startedAt) return { isPast: true };
    // Gone: there is no next run. Running: the Engine does not know of the end yet, and has begun nothing.
    if (!now || now.running) return { isPast: false };
    const end = () => endOfRun(access, id, runs.startedAt);
    if (end() === undefined) await access.events.runs.change(id, LAST_EVENT_MS, signal);
    return { isPast: false, time: end() };
  }

  /** Whether the name, and the run, are still those that were looked at. What a container that is gone has said is read. */
  private async isSameRun({ id, runs }: ContainerIdentity): Promise<boolean> {
    const { docker } = this.access;
    try {
      const now = await docker.identify(this.name);
      return now.id === id && now.runs.startedAt === runs.startedAt;
    } catch (error) {
      if (toAppError(error).code !== "not_found") throw error;
      return (await currentRuns(docker, id)) === undefined;
    }
  }

  private async checkName(id: string, over: AbortController): Promise<void> {
    try {
      if ((await this.access.docker.identify(this.name)).id === id) return;
    } catch (error) {
      // Nobody has the name. When that is unknown, the next event or the end of the stream asks again.
      if (toAppError(error).code !== "not_found") return;
    }
    over.abort();
  }
}

/** Whether lines of the very time of the last one were read after it. */
function isOneMore(before: Position, after: Position, track: string): boolean {
  const [old, now] = [markOf(before, track), markOf(after, track)];
  return now.epoch === old.epoch && now.at > old.at;
}

/** The chunks of a stream, until it ends or breaks: which of both it was is asked of the Engine. */
async function* quietly(stream: Readable): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch {
    // Half a line is read again from the position.
  }
}
