import { z } from "zod";
import { type Permission, type Principal, role } from "../shared/protocol/access.ts";
import { AppError } from "../shared/server/errors.ts";
import type { Authenticator } from "./deps.ts";

/** Longest wait for the API's answer to a handshake. */
const ANSWER_MS = 5_000;

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
  }),
});
const validAnswer = z.object({ valid: z.array(z.string()) });

/** Asks the API, which alone knows sessions and keys, with the emit token. */
export function createApiAuthenticator(backendUrl: string, emitToken: string): Authenticator {
  const ask = async (path: string, body: object): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetch(new URL(path, backendUrl), {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${emitToken}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
        redirect: "error",
      });
    } catch (error) {
      throw new AppError("upstream_unavailable", "Sessions cannot be checked right now.", { cause: error });
    }
    if (response.status === 429) {
      await response.body?.cancel();
      throw new AppError("rate_limited", "Too many attempts; wait a moment.", {
        retryAfter: Number(response.headers.get("Retry-After")) || 5,
      });
    }
    if (response.status >= 500) {
      await response.body?.cancel();
      throw new AppError("upstream_unavailable", "Sessions cannot be checked right now.");
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new AppError("unauthorized", "Log in first.");
    }
    return response.json();
  };

  return {
    async authenticate(request): Promise<Principal> {
      return principalAnswer.parse(await ask("/internal/handshake", request)).principal;
    },
    async stillValid(sessionIds) {
      return new Set(validAnswer.parse(await ask("/internal/sessions", { sessionIds })).valid);
    },
  };
}
