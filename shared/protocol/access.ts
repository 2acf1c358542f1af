import { z } from "zod";
import { jobId } from "./job.ts";
import { roles } from "./permission.ts";

// Apart, so that the page can ask who may do what without loading the schema library.
export * from "./permission.ts";

export const role = z.enum(roles);

/** `POST /internal/handshake` of the API, asked by the realtime server once a handshake, with the emit token. */
export const handshakeRequest = z.strictObject({
  /** The handshake's `Cookie` header as it came. */
  cookie: z.string().max(16_384).optional(),
  /** `auth.token` of the handshake, or the bearer token of its headers: an API key. */
  token: z.string().max(512).optional(),
  /** Address of the peer, the proxy's word taken only when the proxy is listed. */
  address: z.string().max(64),
  /** Whether the browser came by https, where a plain cookie does not count. */
  https: z.boolean(),
});
export type HandshakeRequest = z.infer<typeof handshakeRequest>;

/** `POST /access/revoke` of the realtime server, with the emit token: sockets of these are cut at once. */
export const revocation = z.strictObject({
  /** Ids of sessions or keys. */
  sessionIds: z.array(z.string().min(1).max(128)).max(1_000).default([]),
  /** Ids of users: all their sockets. */
  principalIds: z.array(z.string().min(1).max(128)).max(1_000).default([]),
});
export type Revocation = z.input<typeof revocation>;

/** `POST /internal/sessions` of the API, asked once a minute: which of these sessions are still valid, in case a revocation was lost. */
export const sessionsQuery = z.strictObject({ sessionIds: z.array(z.string().min(1).max(128)).max(10_000) });

/** `POST /internal/jobs` of the API: whether somebody may follow a job; answered 404 like a job that is not there. */
export const jobQuestion = z.strictObject({
  jobId,
  kind: z.enum(["user", "key"]),
  id: z.string().min(1).max(128),
  sessionId: z.string().min(1).max(128),
});
