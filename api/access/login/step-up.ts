import type { Principal } from "../../../shared/protocol/access.ts";
import { AppError, ProofRequired } from "../../../shared/server/errors.ts";
import type { AccessEntry } from "../../http/access-entry.ts";
import type { Access } from "../access.ts";
import { messages } from "../messages.ts";

/** Time that a log-in or re-authentication counts as a fresh proof. */
export const FRESH_MS = 600_000;

/**
 * Refuses a sensitive row of the access table unless the user has authenticated within ten minutes. Otherwise a stolen
 * session could create further access, which outlives its log-out. A key cannot authenticate again: it is refused, unless
 * the row admits keys that name its permission as a scope.
 * @throws AppError `forbidden`; {@link ProofRequired} when a proof would help.
 */
export function requireStepUp(
  principal: Principal,
  entry: AccessEntry,
  { sessions, clock }: Pick<Access, "sessions" | "clock">,
): void {
  if (!entry.stepUp) return;
  if (principal.kind === "key") {
    if (!entry.scopedKeys) throw new AppError("forbidden", messages.keyCannotProve);
    if (principal.scopes?.some((scope) => scope === entry.rule)) return;
    throw new AppError("forbidden", messages.keyNeedsScope(entry.rule));
  }
  const proved = sessions.byId(principal.sessionId)?.provedTick;
  if (proved === undefined || clock.tick() - proved >= FRESH_MS) throw new ProofRequired();
}
