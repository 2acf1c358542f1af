import type { DockerHost } from "../../../shared/docker/docker-host.ts";
import { knownRunOf, NEVER } from "../../../shared/logs/container-runs.ts";
import {
  formatContainerCursor,
  knownRun,
  newestTime,
  startOf,
  withRun,
} from "../../../shared/logs/docker/container-position.ts";
import { advance, type LogSource, type Position } from "../../../shared/logs/log-source.ts";
import { toUtcTime } from "../../../shared/logs/utc-time.ts";
import type { ServiceDetail } from "../../../shared/protocol/service.ts";
import type { StreamState } from "../store/stream-state.ts";
import type { Ingest } from "./ingest.ts";
import { positionOf, savePosition, takeLines, toGapReason } from "./take-lines.ts";

/** Bounds of what is read of a container that is older than the store. */
const MAX_FIRST_LINES = 10_000;
const MAX_FIRST_AGE_MS = 24 * 60 * 60_000;

/** One container whose log is read into the store. */
export interface HeldLog {
  docker: Pick<DockerHost, "identify">;
  ingest: Ingest;
  stream: StreamState;
  source: LogSource;
  detail: ServiceDetail;
  signal: AbortSignal;
}

export const isLive = (state: string): boolean => state === "running" || state === "paused" || state === "restarting";

/**
 * Makes a container ready to be followed. Reads a stopped one to its end. Of a container that is read for the first time
 * the last lines are read; of a new one (`isNew`) everything, from its first start on.
 */
export async function readHeld(held: HeldLog, isNew: boolean): Promise<void> {
  const { ingest, stream, source, detail } = held;
  const position = positionOf(stream, source);
  if (position) await completePosition(held, position);
  else if (isNew) void ingest.put(stream, [], formatContainerCursor(startOf(stream.sourceId)));
  else await readFirst(held);
  if (!isLive(detail.state)) await readRest(held);
}

/** A position of an earlier release does not say which runs are known: the stream does, in milliseconds. */
async function completePosition({ docker, ingest, stream, detail }: HeldLog, position: Position): Promise<void> {
  if (knownRun(position)) return;
  const { startedAt, ended } = stream;
  const { runs } = await docker.identify(stream.sourceId);
  const isSame = startedAt === null || startedAt === detail.startedAt;
  const known = isSame
    ? { ...knownRunOf(runs), ended: startedAt === null ? !runs.running : ended }
    : { startedAt: toUtcTime(startedAt) ?? NEVER, ended, restartCount: 0 };
  if (stream.run === 0) stream.run = 1;
  await ingest.put(stream, [], formatContainerCursor(withRun(position, known)));
}

/** Reads the last lines of a container that is older than the store, within the bounds of number and age. */
async function readFirst({ ingest, stream, source, detail, signal }: HeldLog): Promise<void> {
  const oldest = new Date(Date.now() - MAX_FIRST_AGE_MS).toISOString();
  let read = 0;
  let skipped = 0;
  if (stream.run === 0 && detail.startedAt !== null) stream.run = 1;
  let position: Position = startOf(stream.sourceId);
  const reached = await source.readTail(
    MAX_FIRST_LINES,
    {
      async onLines(lines, before) {
        if (position.size === 0 || knownRun(position)?.startedAt === NEVER) position = before;
        position = advance(position, lines);
        if (lines[0]?.change) {
          if (stream.nextN > 0) takeLines(ingest, stream, lines, position);
          return;
        }
        const young = lines.filter(({ time }) => time >= oldest);
        read += lines.length;
        skipped += lines.length - young.length;
        if (young.length > 0 && stream.nextN === 0 && (skipped > 0 || read >= MAX_FIRST_LINES)) {
          ingest.noteGap(stream, "first_start", young[0]?.time);
        }
        await takeLines(ingest, stream, young, position);
      },
      // The mark stands before the first line, in the order of time.
      onLost: ({ reason, to }) => ingest.noteGap(stream, toGapReason(reason), to ? newestTime(to) : undefined),
    },
    signal,
  );
  // The next read delivers the end of a stopped container, unless it stood between the lines.
  const known = knownRun(reached);
  const isEndMissing = known && detail.startedAt !== null && !stream.ended;
  await savePosition(ingest, stream, isEndMissing ? withRun(reached, { ...known, ended: false }) : reached);
}

/** Reads from the position of the stream up to the present end of the log. */
async function readRest({ ingest, stream, source, signal }: HeldLog): Promise<void> {
  const reached = await source.readAfter(
    positionOf(stream, source) ?? startOf(stream.sourceId),
    {
      onLines: (lines, before) => takeLines(ingest, stream, lines, advance(before, lines)),
      onLost: ({ reason }) => ingest.noteGap(stream, toGapReason(reason)),
    },
    signal,
  );
  await savePosition(ingest, stream, reached);
}
