import { z } from "zod";
import { type HandshakeRequest, type Permission, type Principal, role } from "../../shared/protocol/access.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Authenticator } from "../deps.ts";
import { createHandshakeBatches } from "./handshake-batches.ts";
import { createJsonPoster } from "./post-json.ts";

/** Longest wait for the API's response, in milliseconds. */
const RESPONSE_LIMIT_MS = 5_000;
/** How long connections of the same session share one response, in milliseconds: within the second of a revocation. */
const SHARED_MS = 1_000;
/** Responses that are shared. */
const MAX_SHARED = 500;

const names = z.array(z.string()).nullable();
const principal = z.object({
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
});
const principalsResponse = z.object({ principals: z.array(principal.nullable()) });
const unavailable = (cause?: unknown) =>
  new AppError("upstream_unavailable", "Sessions cannot be checked right now.", { cause });
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
      throw unavailable(error);
    });
    if (status === 429) {
      throw new AppError("rate_limited", "Too many attempts; wait a moment.", { retryAfter: Number(retryAfter) || 5 });
    }
    // Also where the API is another release for the moment of an update, or has another emit token.
    if (status !== 200) throw unavailable();
    return JSON.parse(text);
  };

  /** Pending and recent responses, oldest first. */
  const shared = new Map<string, { principal: Promise<Principal>; until: number }>();
  const identify = createHandshakeBatches(async (handshakes) => {
    const { principals } = principalsResponse.parse(await request("/internal/handshakes", { handshakes }));
    if (principals.length !== handshakes.length) throw unavailable();
    return principals;
  });
  const authenticate = async (handshake: HandshakeRequest): Promise<Principal> => {
    const known = await identify(handshake);
    if (!known) throw new AppError("unauthorized", "Log in first.");
    return known;
  };

  return {
    authenticate(request) {
      // Tabs of one browser that connect together share one request.
      const key = JSON.stringify([request.cookie, request.token, request.address, request.https]);
      const known = shared.get(key);
      if (known && known.until > now()) return known.principal;
      shared.delete(key);
      if (shared.size >= MAX_SHARED) shared.delete(shared.keys().next().value ?? "");
      const askedAt = now();
      const answer = { principal: authenticate(request), until: Number.POSITIVE_INFINITY };
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
