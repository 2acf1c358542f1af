import { utcTimeOf } from "./utc-time.ts";

/**
 * The runs of one container, and the ends and starts that a reader has not received yet. Times are RFC 3339 in UTC with nine
 * digits.
 */

/** One event of the Engine. */
export interface RunEvent {
  kind: "start" | "die";
  time: string;
  /** Of `die`. */
  exitCode?: number | undefined;
  /** Of `die`: when the run ended by the Engine's own record, once it is known. */
  finishedAt?: string | undefined;
  /** Of `start`: when the run began by the Engine's own record, a little before the event; once it is known. */
  startedAt?: string | undefined;
}

/** The state of a container by the Engine's record. */
export interface RunState {
  /** When the newest run began; null for a container that was never started. */
  startedAt: string | null;
  /** When the newest run that is over ended; null when none is. */
  finishedAt: string | null;
  running: boolean;
  /** Of the newest run; null while it runs. */
  exitCode: number | null;
  /** Restarts by policy since the last start by hand. */
  restartCount: number;
}

/** The newest run that a reader knows: when it began, and whether the reader has received its end. */
export interface KnownRun {
  startedAt: string;
  ended: boolean;
  restartCount: number;
}

/** An end or a start. */
export interface RunChange {
  kind: "ended" | "started";
  /** What was written later is of the next run; for an end that nobody saw, a time before the next start. */
  time: string;
  /** When the run ended by the Engine's record, a little before its last words may have come. */
  finishedAt?: string;
  /** Of an end, where known. */
  exitCode?: number;
  /** Set where the exit codes are unknown: of how many runs this is the end. */
  unknownEnds?: number;
  /** What a reader knows that has received this change. */
  known: KnownRun;
}

/** Of a container that was never started. */
export const NEVER = "0001-01-01T00:00:00.000000000Z";
/** The Engine sends a start event shortly after the start: a later one belongs to another run. */
const MAX_START_DELAY_MS = 10_000;

/** Whether a start event of this time can belong to the run that began at `startedAt`. */
export const isStartOf = (eventTime: string, startedAt: string): boolean =>
  eventTime >= startedAt && Date.parse(eventTime) - Date.parse(startedAt) <= MAX_START_DELAY_MS;

export const knownRunOf = ({ startedAt, running, restartCount }: RunState): KnownRun => ({
  startedAt: startedAt ?? NEVER,
  ended: !running,
  restartCount,
});

/** Index of the start event of the run that began at `startedAt`; -1 when it is not among the events. */
export function indexOfStart(events: readonly RunEvent[], startedAt: string): number {
  const exact = events.findLastIndex(
    (event) => event.kind === "start" && (event.startedAt === startedAt || event.time === startedAt),
  );
  if (exact !== -1) return exact;
  const index = events.findIndex(({ time }) => time >= startedAt);
  const event = events[index];
  if (event?.kind !== "start" || (event.startedAt !== undefined && event.startedAt !== event.time)) return -1;
  return isStartOf(event.time, startedAt) ? index : -1;
}

/**
 * Adds the times of the Engine's record of the newest run to its events. Readers identify a run by its start time, so a start
 * time that is already set does not change.
 */
export function learnTimes(events: readonly RunEvent[], { startedAt, finishedAt, running }: RunState): void {
  const index = startedAt === null ? -1 : indexOfStart(events, startedAt);
  const [start, end] = [events[index], events[index + 1]];
  if (index === -1 || !start) return;
  start.startedAt ??= startedAt ?? undefined;
  if (!running && end?.kind === "die" && finishedAt !== null) end.finishedAt = finishedAt;
}

/** Whether the events include the newest end or start of the state. */
export function explains(events: readonly RunEvent[], { startedAt, finishedAt, running }: RunState): boolean {
  if (startedAt === null) return true;
  const start = indexOfStart(events, startedAt);
  if (running) return start !== -1;
  if (start !== -1) return events.slice(start + 1).some(({ kind }) => kind === "die");
  return finishedAt !== null && events.some(({ kind, time }) => kind === "die" && time >= finishedAt.slice(0, -4));
}

/**
 * The ends and starts after what is known, in their order. Ends that the events do not hold are found by the Engine's
 * state and its count of restarts.
 * @param state undefined: the Engine cannot be asked (the container is gone)
 */
export function changesSince(known: KnownRun, events: readonly RunEvent[], state: RunState | undefined): RunChange[] {
  const changes: RunChange[] = [];
  const restartCount = state?.restartCount ?? known.restartCount;
  let { startedAt, ended } = known;
  const end = (time: string, more: Pick<RunChange, "exitCode" | "unknownEnds" | "finishedAt">) => {
    ended = true;
    changes.push({ kind: "ended", time, ...more, known: { startedAt, ended, restartCount } });
  };
  const endBy = ({ time, exitCode, finishedAt = time }: Omit<RunEvent, "kind">) =>
    end(time, exitCode === undefined ? { unknownEnds: 1 } : { exitCode, finishedAt });
  const start = (time: string) => {
    startedAt = time;
    ended = false;
    changes.push({ kind: "started", time, known: { startedAt, ended, restartCount } });
  };

  const after = eventsAfter(known, events);
  const ends = after.filter(({ kind }) => kind === "die").length;
  const missed = state ? missedEnds(known, state) - ends : 0;
  const [first] = after;
  // The Engine keeps its newest events only: those before the first one that it has are counted.
  if (first && missed > 0 && indexOfStart(events, known.startedAt) === -1) end(first.time, { unknownEnds: missed });
  for (const event of after) {
    if (event.kind === "start") {
      if (!ended) end(shortlyBefore(event.startedAt ?? event.time), { unknownEnds: 1 });
      event.startedAt ??= event.time;
      start(event.startedAt);
    } else {
      if (ended) start(event.time);
      endBy(event);
    }
  }
  if (!state || state.startedAt === null) return changes;

  const told = indexOfStart(events, startedAt);
  const asked = indexOfStart(events, state.startedAt);
  // An event may be newer than the Engine's answer.
  const isTold = startedAt === state.startedAt || (told !== -1 && told >= asked && (asked !== -1 || after.length > 0));
  if (!isTold) {
    const time = isEarlier(state.finishedAt, state.startedAt)
      ? between(state.finishedAt, state.startedAt)
      : shortlyBefore(state.startedAt);
    if (!ended) end(time, { unknownEnds: Math.max(1, missed) });
    else if (missed > 0) end(time, { unknownEnds: missed });
    start(state.startedAt);
  }
  if (!state.running && !ended && (startedAt === state.startedAt || (told !== -1 && told === asked))) {
    endBy({ time: state.finishedAt ?? state.startedAt, exitCode: state.exitCode ?? undefined });
  }
  return changes;
}

/** Returns the events that a reader has not received, in the order in which the Engine sent them, whatever its clock did. */
function eventsAfter({ startedAt, ended }: KnownRun, events: readonly RunEvent[]): readonly RunEvent[] {
  const own = indexOfStart(events, startedAt);
  const after = own === -1 ? events.filter(({ time }) => time > startedAt) : events.slice(own + 1);
  return ended && after[0]?.kind === "die" ? after.slice(1) : after;
}

/** Ends between what is known and the newest start, by the Engine's count of restarts. */
function missedEnds(known: KnownRun, { restartCount }: RunState): number {
  const more = restartCount - known.restartCount;
  if (more > 0) return more;
  // A start by hand begins the count again; a run that had not ended before has now.
  return restartCount + (known.ended ? 0 : 1);
}

/** The first lines of a run can be older than its start by the Engine's record. */
const shortlyBefore = (time: string) => utcTimeOf(Date.parse(time) - 50);

const between = (a: string, b: string) => utcTimeOf((Date.parse(a) + Date.parse(b)) / 2);

const isEarlier = (time: string | null, than: string): time is string => time !== null && time < than;
