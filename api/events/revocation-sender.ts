import { createDelivery } from "../../shared/client/emit/delivery.ts";
import type { Post } from "../../shared/client/emit/post.ts";
import type { EmitLog } from "../../shared/client/emit/settings.ts";
import type { Revocation } from "../../shared/protocol/access.ts";
import { createRevocationList } from "./revocation-list.ts";

export interface RevocationSender {
  /** Adds a revocation, which is sent until the realtime server has accepted it. */
  revoke(revocation: Revocation): void;
  /** Ends the retries; resolves once the request in progress has ended. */
  close(): Promise<void>;
}

/**
 * Sends revocations to the realtime server. They travel beside the events, so that no batch delays a cut, and any
 * response but a success is followed by a retry, whatever it says.
 */
export function createRevocationSender({ post, log }: { post: Post; log: EmitLog }): RevocationSender {
  const list = createRevocationList();
  const delivery = createDelivery({
    async send() {
      const revocation = list.take();
      if (revocation === undefined) return false;
      try {
        const { status, body } = await post("/access/revoke", JSON.stringify(revocation));
        if ((body as { success?: unknown } | undefined)?.success !== true) {
          throw new Error(`The realtime server responds with ${status}.`);
        }
      } catch (error) {
        list.putBack();
        throw error;
      }
      list.done();
      return true;
    },
    onState(up, error) {
      if (up) log.info({}, "revocations have been delivered");
      else log.warn({ err: error }, "a revocation could not be delivered yet");
    },
    retryFirstMs: 100,
    retryMaxMs: 1_000,
  });
  return {
    revoke(revocation) {
      list.add(revocation);
      delivery.wake();
    },
    close: delivery.stop,
  };
}
