import type { Job } from "../../shared/protocol/job.ts";
import { jobRoomId } from "../../shared/protocol/rooms.ts";
import type { RealtimeClient } from "../events/realtime-client.ts";

/** Shortest time between two snapshots to viewers, in milliseconds. */
const NOTIFY_INTERVAL_MS = 150;

export interface JobNotifier {
  /** Counts a revision and sends it, at once or with later changes. */
  changed(): void;
  /** Sends the last revision at once. */
  finish(): void;
}

/** Sends snapshots of a job to its own room and to `rooms`: the first change and the end at once, others batched. */
export function createJobNotifier(
  job: Job,
  rooms: readonly string[],
  realtime: Pick<RealtimeClient, "emitToService">,
): JobNotifier {
  let timer: NodeJS.Timeout | undefined;
  let notifiedAt = Number.NEGATIVE_INFINITY;
  const notify = () => {
    clearTimeout(timer);
    timer = undefined;
    notifiedAt = performance.now();
    const snapshot = structuredClone(job);
    realtime.emitToService(jobRoomId(job.id), "job", snapshot);
    // Callers with read access follow the room of a container too. The upstream's own message is not for them.
    const { error } = snapshot;
    const outline = error ? { ...snapshot, error: { code: error.code, message: error.message } } : snapshot;
    for (const room of rooms) realtime.emitToService(room, "job", outline);
  };
  return {
    changed() {
      job.revision++;
      timer ??= setTimeout(notify, Math.max(0, notifiedAt + NOTIFY_INTERVAL_MS - performance.now()));
    },
    finish() {
      job.revision++;
      notify();
    },
  };
}
