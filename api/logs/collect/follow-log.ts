import { startOf } from "../../../shared/logs/docker/container-position.ts";
import { advance, type LogSource } from "../../../shared/logs/log-source.ts";
import type { StreamState } from "../store/stream-state.ts";
import type { Ingest } from "./ingest.ts";
import { noteGap, positionOf, takeLines } from "./take-lines.ts";

export interface FollowLogOptions {
  ingest: Ingest;
  stream: StreamState;
  source: LogSource;
  signal: AbortSignal;
  /** Called with each batch of lines. */
  onReadable(): void;
  /** The log cannot be read, or only in part. */
  onUnreadable(message: string): void;
}

/** Follows a log from the position of its stream. Resolves once the container has stopped, or is removed (`isRemoved`). */
export async function followLog(options: FollowLogOptions): Promise<{ isRemoved: boolean }> {
  const { ingest, stream, source, signal, onReadable, onUnreadable } = options;
  const finished = new AbortController();
  let isRemoved = false;
  let position = positionOf(stream, source) ?? startOf(stream.sourceId);
  await source.follow(
    position,
    {
      onLines(lines) {
        onReadable();
        position = advance(position, lines);
        return takeLines(ingest, stream, lines, position);
      },
      onLost(lost) {
        if (lost.to) position = new Map([...position, ...lost.to]);
        noteGap(ingest, stream, lost);
      },
      onDegraded: ({ message }) => onUnreadable(message),
      onState() {},
      onClosed({ code }) {
        isRemoved = code === "removed";
        if (code !== "exited") finished.abort();
      },
      onStill: () => finished.abort(),
    },
    AbortSignal.any([signal, finished.signal]),
  );
  return { isRemoved };
}
