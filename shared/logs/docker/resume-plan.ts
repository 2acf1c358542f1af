import type { ContainerIdentity } from "../../docker/docker-host.ts";
import type { Position } from "../log-source.ts";
import {
  BEGINNING,
  knownRun,
  markOf,
  needsWholeLog,
  newestTime,
  SKEW_MS,
  settled,
  sinceOf,
  timeOf,
  tracks,
} from "./container-position.ts";
import { decoderOf, type LogAccess, untilBroken } from "./engine-log.ts";
import type { StoredLine } from "./line-assembler.ts";
import type { ResumeOptions } from "./resume-filter.ts";
import { newestStoredTime } from "./tail-log.ts";
import { type LogEnd, readBehindDamage, readEnd } from "./tail-messages.ts";

/** A reader's place is looked for among so many messages from the end first: for most it is there. */
const NEAR_MESSAGES = 256;
/** What may be written between such a look and the opening of a stream. */
const STREAM_MESSAGES = 2 * NEAR_MESSAGES;

/** Where and how reading continues. */
export interface ResumePlan extends ResumeOptions {
  from: Position;
  since: string | undefined;
  /** Messages from the end, instead of `since`. */
  tail?: number | undefined;
  /** Time of the first line behind a damaged record, after which the Engine's own stream has gaps. */
  until?: string | undefined;
  /** The end of the log, which holds the reader's place and all that follows. */
  near?: LogEnd | undefined;
}

/** How to read on from a position at once: among the last lines, by time where that is safe, or over the whole log. */
export async function planReading(
  access: LogAccess,
  container: ContainerIdentity,
  position: Position,
  signal: AbortSignal,
): Promise<ResumePlan> {
  const from = settled(position);
  if (canBeNear(from)) {
    const near = await readEnd(access.docker, container, NEAR_MESSAGES, NEAR_MESSAGES, signal);
    if (holdsPlace(near, from)) return { from, since: undefined, near };
    if (near.isDamaged) {
      const { lines } = await readBehindDamage(access.docker, container, NEAR_MESSAGES, NEAR_MESSAGES, signal);
      const plan = await planResume(access, container, position, signal);
      return meets(lines, from) || plan.whole ? plan : { ...plan, until: lines[0]?.time };
    }
  }
  return planResume(access, container, position, signal);
}

/**
 * How to follow from a position. `since` makes the Engine read the whole log first, and it does not get past a damaged
 * record: it is asked for the last lines, where they hold the position. Undefined: it has to be read up to the end before.
 */
export async function planFollowing(
  { docker }: LogAccess,
  container: ContainerIdentity,
  position: Position,
  signal: AbortSignal,
): Promise<ResumePlan | undefined> {
  const from = settled(position);
  if (!canBeNear(from)) return undefined;
  const near = await readEnd(docker, container, NEAR_MESSAGES, NEAR_MESSAGES, signal);
  if (near.isDamaged) {
    const { lines, messages } = await readBehindDamage(docker, container, NEAR_MESSAGES, NEAR_MESSAGES, signal);
    return meets(lines, from) ? { from, since: undefined, tail: messages } : undefined;
  }
  if (!holdsPlace(near, from)) return undefined;
  return { from, since: undefined, tail: near.isWhole ? undefined : STREAM_MESSAGES };
}

/** By time where that is safe, else by the Engine's order over the whole log. */
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

const canBeNear = (from: Position): boolean =>
  !needsWholeLog(from) &&
  tracks.every((track) => markOf(from, track).epoch !== BEGINNING) &&
  tracks.some((track) => markOf(from, track).at > 0);

/** Whether the reader's place is in the end of the log, with all that follows it. */
function holdsPlace({ lines, isWhole, isDamaged }: LogEnd, from: Position): boolean {
  const [first] = lines;
  if (!first || isDamaged || !meets(lines, from)) return false;
  return isWhole || tracks.every((track) => first.time < timeOf(markOf(from, track)));
}

/** Whether the newest line of a reader is among the lines. */
function meets(lines: readonly StoredLine[], from: Position): boolean {
  const newest = newestTime(from);
  return lines.some(({ error, time }) => time === newest && markOf(from, error ? "err" : "out").at > 0);
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
