import { createPost } from "../../shared/client/emit/post.ts";
import { createCredentials, type EmitLog, readAddress } from "../../shared/client/emit/settings.ts";
import type { Revocation } from "../../shared/protocol/access.ts";
import { createEmitter, type Emitter } from "../lib/ws-client.ts";
import { createRevocationSender } from "./revocation-sender.ts";

/** Longest time of one request with a revocation, in milliseconds. */
const REQUEST_TIMEOUT_MS = 5_000;

export interface RealtimeClientOptions {
  /** `WS_SERVER_URL`. */
  url: string;
  /** The emit token. */
  token: string;
  log: EmitLog;
}

/** Sends events and revocations to the realtime server. No call throws or rejects, and none waits for it. */
export interface RealtimeClient extends Emitter {
  /** Cuts the sockets of sessions, keys or users: independent of queued events, and retried until it has succeeded. */
  revoke(revocation: Revocation): void;
}

export function createRealtimeClient({ url, token, log }: RealtimeClientOptions): RealtimeClient {
  const emitter = createEmitter({ url, token, log });
  const post = createPost({
    address: readAddress(url) ?? url,
    credentials: createCredentials(token),
    timeoutMs: REQUEST_TIMEOUT_MS,
  });
  const revocations = createRevocationSender({ post, log });
  return {
    ...emitter,
    revoke: revocations.revoke,
    async close(timeoutMs) {
      const [sent] = await Promise.all([emitter.close(timeoutMs), revocations.close()]);
      return sent;
    },
  };
}
