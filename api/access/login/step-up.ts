import type { Principal } from "../../../shared/protocol/access.ts";
import { AppError, ProofRequired } from "../../../shared/server/errors.ts";
import type { AccessEntry } from "../../http/access-entry.ts";
import type { Access } from "../access.ts";

/** Time after a log-in or a confirmation during which nobody is asked again. */
export const FRESH_MS = 600_000;

/**
 * Refuses a sensitive row of the access table unless its person has proved within ten minutes who they are. Else a
 * session that was stolen would open another way in, which its log-out does not shut. A key has nothing to prove with: it
 * is refused, unless the row lets in keys that were given its permission as a scope of their own.
 * @throws AppError `forbidden`; {@link ProofRequired} when a proof would help.
 */
export function requireStepUp(principal: Principal, entry: AccessEntry, { sessions, clock }: Access): void {
  if (!entry.stepUp) return;
  if (principal.kind === "key") {
    if (!entry.scopedKeys) throw new AppError("forbidden", "An API key cannot do this: log in.");
    if (principal.scopes?.some((scope) => scope === entry.rule)) return;
    throw new AppError("forbidden", `An API key needs the scope ${entry.rule} itself for this.`);
  }
  const proved = sessions.byId(principal.sessionId)?.provedTick;
  if (proved === undefined || clock.tick() - proved >= FRESH_MS) throw new ProofRequired();
}
