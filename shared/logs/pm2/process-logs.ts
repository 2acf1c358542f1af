import type { ProcessHost } from "../../pm2/process-host.ts";
import { AppError } from "../../server/errors.ts";
import type { Log } from "../../server/log.ts";
import { type LogSource, type Mark, type Position, type ReadHandlers, RUN_TRACK } from "../log-source.ts";
import { FileTail, type TailHandlers, tailMark } from "./file-tail.ts";
import { createLogAccess } from "./log-access.ts";
import type { ProcessEvents } from "./process-events.ts";
import { breaksOf, defaultPace, type FollowPace, ProcessFollower, type ProcessLogState } from "./process-follower.ts";
import { missedRuns, ProcessRuns } from "./process-runs.ts";
import { toTracks } from "./process-tracks.ts";
import { compareRunMarks, deliveredAt, newLife, runMark } from "./run-marks.ts";
import { createToLogLines, markAt } from "./track-lines.ts";

/** The log of all processes of one deployment, read from the files that the daemon names. */
export function createProcessLogs(
  id: string,
  processes: Pick<ProcessHost, "logFiles" | "linkOf">,
  events: ProcessEvents,
  log: Log,
  pace: FollowPace = defaultPace,
): LogSource {
  const runs = new ProcessRuns();
  const life = newLife();
  const shared: ProcessLogState = {
    id,
    processes,
    events,
    log,
    pace,
    following: new Map(),
    breaks: new Map(),
    runs,
    life,
    run: runMark(life, 0, runs.delivered),
  };
  const { following } = shared;

  const tailOf = async (lines: number, maxBytes?: number): Promise<Position> => {
    const position = new Map<string, Mark>([[RUN_TRACK, shared.run]]);
    const files = await processes.logFiles(id);
    const access = createLogAccess(await processes.linkOf(id));
    const ended = files.every(({ running }) => !running);
    for (const track of toTracks(files).tracks) {
      const mark = await unlessUnreadable(tailMark(access, track.path, lines, { ended: ended && lines > 0, maxBytes }));
      if (mark) position.set(track.id, mark);
    }
    return position;
  };

  const source: LogSource = {
    async end() {
      // A reader with lines gets every later end.
      shared.runs.compare(await processes.logFiles(id));
      shared.run = runMark(life, shared.run.at, runs.delivered);
      return tailOf(0);
    },
    readTail: async (lines, handlers, signal, maxBytes) =>
      source.readAfter(await tailOf(lines, maxBytes), handlers, signal),

    async readAfter(from, handlers, signal) {
      const position = new Map(from);
      await deliverMissed(shared, position, handlers);
      const files = await processes.logFiles(id);
      const access = createLogAccess(await processes.linkOf(id));
      const ended = files.every(({ running }) => !running);
      for (const track of toTracks(files).tracks) {
        if (signal.aborted) break;
        const toLogLines = createToLogLines(track);
        const tailHandlers: TailHandlers = {
          async onLines(lines, epoch, modified) {
            const logLines = toLogLines(lines, epoch, modified);
            const before = new Map(position);
            const last = lines.at(-1);
            if (last) position.set(track.id, markAt(epoch, last));
            if (logLines.length > 0) await handlers.onLines(logLines, before);
          },
          onLost: (reason, to) => handlers.onLost({ reason, to: new Map(position).set(track.id, to) }),
        };
        const tail = new FileTail(access, track.path, from.get(track.id), tailHandlers, breaksOf(shared, track.id));
        try {
          await unlessUnreadable(ended ? tail.finish() : tail.catchUp());
        } finally {
          await tail.close();
        }
        if (tail.mark.epoch !== "") position.set(track.id, tail.mark);
      }
      return position;
    },

    follow: (from, handlers, signal) => new ProcessFollower(shared, from, handlers, signal).run(),

    compare(left, right) {
      if (left.epoch === right.epoch) return left.at - right.at;
      const byRun = compareRunMarks(left, right);
      if (byRun !== undefined) return byRun;
      for (const tail of following.values()) {
        const order = tail.compare(left, right);
        if (!Number.isNaN(order)) return order;
      }
      return Number.NaN;
    },
    formatCursor: (position) => `p1${[...position].map(([track, mark]) => `~${track}.${formatMark(mark)}`).join("")}`,
    parseCursor,
  };
  return source;
}

/** A file that cannot be read leaves the others: the follower reports it. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_supported") return undefined;
    throw error;
  }
}

/** Delivers the ends and starts between a viewer's position and the newest one, since the files do not contain them. */
async function deliverMissed(
  shared: ProcessLogState,
  position: Map<string, Mark>,
  handlers: ReadHandlers,
): Promise<void> {
  const before = position.get(RUN_TRACK);
  const mark = shared.run;
  const [delivered, now] = [before && deliveredAt(before), deliveredAt(mark)];
  const changes = delivered && now ? missedRuns(delivered, now) : [];
  for (const change of changes) {
    const at = new Map(position);
    position.set(RUN_TRACK, mark);
    await handlers.onLines([{ track: RUN_TRACK, mark, text: "", time: change.time, error: false, change }], at);
  }
  position.set(RUN_TRACK, mark);
}

const formatMark = ({ epoch, at, sum }: Mark): string =>
  [epoch === "" ? "0-0" : epoch, at.toString(36), ...(sum === undefined ? [] : [sum.toString(36)])].join(".");

const cursorPattern = /^p1(~(?:[0-9a-f]{12}|run)\.[0-9a-z]+(?:-[0-9a-z]+)+\.[0-9a-z]{1,10}(?:\.[0-9a-z]{1,9})?)*$/;

function parseCursor(cursor: string): Position | undefined {
  if (!cursorPattern.test(cursor)) return undefined;
  const position = new Map<string, Mark>();
  for (const part of cursor.split("~").slice(1)) {
    const [track = "", epoch = "", at = "", sum] = part.split(".");
    const mark: Mark = { epoch, at: Number.parseInt(at, 36) };
    if (!Number.isSafeInteger(mark.at)) return undefined;
    if (sum !== undefined) mark.sum = Number.parseInt(sum, 36);
    position.set(track, mark);
  }
  return position;
}
