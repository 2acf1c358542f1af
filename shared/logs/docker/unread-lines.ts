import type { ContainerIdentity, DockerHost } from "../../docker/docker-host.ts";
import type { Position } from "../log-source.ts";
import { markOf, timeOf, tracks } from "./container-position.ts";
import type { StoredLine } from "./line-assembler.ts";
import { firstStoredTime, type LogEnd, readBehindDamage, readEnd, showsDamage } from "./tail-messages.ts";

/** Messages looked at behind those that came, and by how much that grows. */
const MARGIN = 256;
const GROWTH = 8;
/** Messages that are kept in memory; earlier ones are reported as lost. */
const MAX_LINES = 100_000;

/** Searches of a log that grows in the meantime. */
const MAX_ROUNDS = 4;

/** What a reading brought from a place in the log on. */
export interface Tally {
  /** Time of the message at that place. */
  time: string | undefined;
  /** Messages from there on, that one included; 0: it did not come. */
  messages: number;
}

export interface UnreadLines {
  /** The end of the log, as far as it can be read. */
  end: LogEnd;
  /** Lines between what the reading brought are damaged, or lie before them and cannot be read. */
  lost: boolean;
}

/**
 * Finds stored lines that the Engine did not send: after a damaged record it sends nothing, or continues somewhere later,
 * without an error. Returns undefined when no line is known to be missing.
 */
export async function findUnread(
  docker: DockerHost,
  container: ContainerIdentity,
  { time, messages }: Tally,
  signal: AbortSignal,
): Promise<UnreadLines | undefined> {
  if (!showsDamage(container)) return undefined;
  const reaches = (first: string | undefined) => first === undefined || (time !== undefined && first <= time);
  // As many messages as came reach back to the same place: none is missing between.
  if (messages > 0 && reaches(await firstStoredTime(docker, container, messages, signal))) return undefined;
  let window = messages + MARGIN;
  let seen: string | undefined;
  for (let round = 1; ; ) {
    const end = await readEnd(docker, container, window, MAX_LINES, signal);
    if (end.isDamaged) {
      const behind = await readBehindDamage(docker, container, window, MAX_LINES, signal);
      const first = behind.lines[0]?.time;
      // Nothing can be read behind it yet: it is reported once there is a line.
      if (first === undefined) return undefined;
      if (time !== undefined && first <= time) return known(behind, messages);
      // A log that grows is searched until the same line is found twice.
      if (first === seen || round++ >= MAX_ROUNDS) return { end: behind, lost: true };
      seen = first;
      continue;
    }
    if (end.isWhole) return undefined;
    if (reaches(end.lines[0]?.time)) return known(end, messages);
    if (end.isFull) return messages === 0 ? { end, lost: true } : undefined;
    window *= GROWTH;
  }
}

/** Where nothing came from the reader's place on, what follows it is all unread; else all of it came. */
const known = (end: LogEnd, messages: number): UnreadLines | undefined =>
  messages === 0 ? { end, lost: false } : undefined;

/** Returns where a reader at the position continues with these lines, without those before them. */
export function positionBefore(lines: readonly StoredLine[], position: Position): Position {
  const next = new Map(position);
  for (const track of tracks) {
    const first = lines.find(({ error }) => error === (track === "err"));
    if (first && timeOf(markOf(position, track)) < first.time) next.set(track, { epoch: first.time, at: 0 });
  }
  return next;
}
