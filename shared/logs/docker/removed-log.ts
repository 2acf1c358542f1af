import type { LogLine, Position, ReadHandlers } from "../log-source.ts";
import { compareMarks, idOf, knownRun, markOf } from "./container-position.ts";
import { LAST_EVENT_MS, type LogAccess, untoldChanges } from "./engine-log.ts";
import { createReading } from "./ordered-delivery.ts";
import type { LeftLines } from "./read-log.ts";

export interface RemovedLogOptions {
  /** Lines that were read before the removal and waited for the start event of their run. */
  left?: LeftLines | undefined;
  /** Every line of the run that the position names was read, though its end was not delivered. */
  isRunRead?: boolean;
}

/**
 * Delivers what is known of a removed container after a position: the lines in `left`, the ends and starts by the Engine's
 * events, and one gap (`source_lost`) where a run may have written lines that were not read. The gap stands after the start
 * of the first such run. Resolves with the position reached: that of a reader that has received the newest end. Aborted, it
 * delivers nothing.
 */
export async function readRemoved(
  access: LogAccess,
  position: Position,
  handlers: ReadHandlers,
  signal: AbortSignal,
  { left, isRunRead = false }: RemovedLogOptions = {},
): Promise<Position> {
  const { runs } = access.events;
  const shortId = idOf(position);
  await runs.replayed(signal);
  // The event of the last end may still be on its way.
  await runs.change(runs.find(shortId) ?? shortId, LAST_EVENT_MS, signal);
  if (signal.aborted) return position;
  const id = runs.find(shortId);
  const changes = id === undefined ? [] : await untoldChanges(access, id, position, undefined, signal);
  const isUnfinished = knownRun(position)?.ended === false && !isRunRead;
  const firstStart = changes.findIndex(({ kind }) => kind === "started");
  const reading = createReading(position, changes, handlers);
  const isUnread = ({ track, mark }: LogLine) => compareMarks(mark, markOf(position, track)) > 0;
  await reading.lines(left?.lines.filter(isUnread) ?? [], position);
  if (left || isUnfinished || firstStart !== -1) {
    if (!isUnfinished) await reading.finish(firstStart + 1);
    handlers.onLost({ reason: "source_lost", to: reading.position(), side: "before" });
  }
  await reading.finish(changes.length);
  return reading.position();
}
