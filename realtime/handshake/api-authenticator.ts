import pLimit from "p-limit";
import { z } from "zod";
import { type HandshakeRequest, type Permission, type Principal, role } from "../../shared/protocol/access.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Authenticator } from "../deps.ts";
import { createJsonPoster } from "./post-json.ts";

/** Longest wait for the API's response, in milliseconds. */
const RESPONSE_LIMIT_MS = 5_000;
/**
 * Handshakes that are checked at once. When a thousand clients reconnect together, some must be admitted soon: checked
 * all at once, they would all time out and start over.
 */
const MAX_CONCURRENT = 32;
/** How long connections of the same session share one response, in milliseconds: within the second of a revocation. */
const SHARED_MS = 1_000;
/** Responses that are shared. */
const MAX_SHARED = 500;

const names = z.array(z.string()).nullable();
const principalResponse = z.object({
  principal: z.object({
    kind: z.enum(["user", "key"]),
    id: z.string(),
    name: z.string(),
    role,
    limits: z.object({ services: names, deployments: names }),
    scopes: names.transform((scopes) => scopes as Permission[] | null),
    sessionId: z.string(),
    expiresAt: z.number(),
    monitor: z.boolean().default(false),
    userId: z.string().optional(),
  }),
});
const validResponse = z.object({ valid: z.array(z.string()) });

/**
 * Authenticates connections with the API, which alone knows sessions and keys, by the emit token.
 * @param now clock in milliseconds
 */
export function createApiAuthenticator(
  backendUrl: string,
  emitToken: string,
  now: () => number = () => performance.now(),
): Authenticator {
  const post = createJsonPoster(backendUrl, { Authorization: `Bearer ${emitToken}` }, RESPONSE_LIMIT_MS);
  const request = async (path: string, body: object): Promise<unknown> => {
    const { status, retryAfter, text } = await post(path, body).catch((error: unknown) => {
      throw new AppError("upstream_unavailable", "Sessions cannot be checked right now.", { cause: error });
    });
    if (status === 429) {
      throw new AppError("rate_limited", "Too many attempts; wait a moment.", { retryAfter: Number(retryAfter) || 5 });
    }
    if (status >= 500) throw new AppError("upstream_unavailable", "Sessions cannot be checked right now.");
    if (status < 200 || status > 299) throw new AppError("unauthorized", "Log in first.");
    return JSON.parse(text);
  };

  // Callers that wait are bounded by the cap on sockets.
  const limit = pLimit(MAX_CONCURRENT);
  /** Pending and recent responses, oldest first. */
  const shared = new Map<string, { principal: Promise<Principal>; until: number }>();
  const identify = (handshake: HandshakeRequest): Promise<Principal> =>
    limit(async () => principalResponse.parse(await request("/internal/handshake", handshake)).principal);

  return {
    authenticate(request) {
      // Tabs of one browser that connect together share one request.
      const key = JSON.stringify([request.cookie, request.token, request.address, request.https]);
      const known = shared.get(key);
      if (known && known.until > now()) return known.principal;
      shared.delete(key);
      for (const oldest of shared.keys()) {
        if (shared.size < MAX_SHARED) break;
        shared.delete(oldest);
      }
      const askedAt = now();
      const answer = { principal: identify(request), until: Number.POSITIVE_INFINITY };
      shared.set(key, answer);
      answer.principal.then(
        () => (answer.until = askedAt + SHARED_MS),
        () => shared.get(key) === answer && shared.delete(key),
      );
      return answer.principal;
    },
    // The next connection asks again: what is shared may be from before.
    outdate: () => shared.clear(),
    async seesJob({ kind, id, sessionId }, jobId) {
      const { status } = await post("/internal/jobs", { jobId, kind, id, sessionId }).catch((error: unknown) => {
        throw new AppError("upstream_unavailable", "The job cannot be looked up right now.", { cause: error });
      });
      if (status !== 200 && status !== 404) {
        throw new AppError("upstream_unavailable", "The job cannot be looked up right now.");
      }
      return status === 200;
    },
    async stillValid(sessionIds) {
      return new Set(validResponse.parse(await request("/internal/sessions", { sessionIds })).valid);
    },
  };
}
