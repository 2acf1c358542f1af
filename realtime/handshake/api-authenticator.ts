import pLimit from "p-limit";
import { z } from "zod";
import { type HandshakeRequest, type Permission, type Principal, role } from "../../shared/protocol/access.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Authenticator } from "../deps.ts";
import { createJsonPoster } from "./post-json.ts";

/** Longest wait for the API's answer to a handshake. */
const ANSWER_MS = 5_000;
/**
 * Handshakes the API is asked about at once. When a thousand clients come back together, some must have their answer
 * soon: asked all at once, they would all have it too late and start over.
 */
const QUESTIONS_MAX = 32;

const names = z.array(z.string()).nullable();
const principalAnswer = z.object({
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
const validAnswer = z.object({ valid: z.array(z.string()) });

/** Asks the API, which alone knows sessions and keys, with the emit token. */
export function createApiAuthenticator(backendUrl: string, emitToken: string): Authenticator {
  const post = createJsonPoster(backendUrl, { Authorization: `Bearer ${emitToken}` }, ANSWER_MS);
  const ask = async (path: string, body: object): Promise<unknown> => {
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
  const limit = pLimit(QUESTIONS_MAX);
  const asking = new Map<string, Promise<Principal>>();
  const identify = (request: HandshakeRequest): Promise<Principal> =>
    limit(async () => principalAnswer.parse(await ask("/internal/handshake", request)).principal);

  return {
    authenticate(request) {
      // Tabs of one browser that come back together are one question.
      const key = JSON.stringify([request.cookie, request.token, request.address, request.https]);
      const known = asking.get(key);
      if (known) return known;
      const answer = identify(request).finally(() => {
        if (asking.get(key) === answer) asking.delete(key);
      });
      asking.set(key, answer);
      return answer;
    },
    outdate: () => asking.clear(),
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
      return new Set(validAnswer.parse(await ask("/internal/sessions", { sessionIds })).valid);
    },
  };
}
