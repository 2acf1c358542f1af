import { jobSubscription, mayBeginJobs } from "../../shared/protocol/job.ts";
import { jobRoomId, serviceRoom } from "../../shared/protocol/rooms.ts";
import { unlessAborted } from "../../shared/server/async/unless-aborted.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Authenticator } from "../deps.ts";
import type { Handle } from "./handle.ts";
import type { Memberships } from "./memberships.ts";
import type { AnySocket } from "./namespace.ts";

/** Jobs one socket may follow at once. */
const MAX_JOBS = 64;

export interface JobEventsDeps {
  authenticator: Pick<Authenticator, "seesJob">;
  handle: Handle;
  memberships: Memberships;
}

/** Registers job events for one socket, which receives what the API sends to the rooms of its jobs. */
export function registerJobEvents(socket: AnySocket, { authenticator, handle, memberships }: JobEventsDeps): void {
  const jobs = new Set<string>();
  const keyOf = ({ jobId }: { jobId: string }) => `job ${jobId}`;

  handle.join("subscribe:job", jobSubscription, keyOf, async ({ jobId }, signal) => {
    const { principal } = socket.data;
    if (!mayBeginJobs(principal)) throw new AppError("forbidden", "You are not allowed to follow jobs.");
    if (jobs.has(jobId)) return { jobId };
    if (jobs.size >= MAX_JOBS) {
      throw new AppError("rate_limited", `One connection follows at most ${MAX_JOBS} jobs.`);
    }
    jobs.add(jobId); // counts during the request to the API, until it is left
    signal.addEventListener("abort", () => jobs.delete(jobId), { once: true });
    try {
      if (!(await unlessAborted(authenticator.seesJob(principal, jobId), signal))) {
        throw new AppError("not_found", "There is no such job.");
      }
    } catch (error) {
      jobs.delete(jobId);
      throw error;
    }
    memberships.join(serviceRoom(jobRoomId(jobId)));
    return { jobId };
  });

  handle.leave("unsubscribe:job", jobSubscription, keyOf, ({ jobId }) => {
    if (jobs.delete(jobId)) memberships.leave(serviceRoom(jobRoomId(jobId)));
    return undefined;
  });
}
