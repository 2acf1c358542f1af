import type { Context } from "hono";
import type { ApiEnv } from "../context.ts";
import type { Access } from "./access.ts";

/** Time after a log-in during which nobody is asked again. */
const FRESH_MS = 600_000;

/**
 * Asks for the own password again before something that outlives the session: a key, a user, a role. Else a session that
 * was stolen would open another way in, which its log-out does not shut. Keys were given the right to do so on purpose.
 */
export async function requireFreshProof(c: Context<ApiEnv>, access: Access, password: string | undefined) {
  const { kind, id, sessionId } = c.get("principal");
  if (kind === "key") return;
  const begun = access.sessions.byId(sessionId)?.createdTick;
  if (begun !== undefined && access.clock.tick() - begun < FRESH_MS) return;
  await access.confirmPassword(id, password);
  c.get("stillAllowed")?.();
}
