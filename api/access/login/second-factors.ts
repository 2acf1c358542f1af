import { AppError } from "../../../shared/server/errors.ts";
import type { AccessClock } from "../clock.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import type { RecoveryCodes } from "./recovery-codes.ts";
import { acceptedStep, newTotpSecret, totpUri } from "./totp.ts";

/** Time a secret that was shown waits for its first code. */
const PENDING_MS = 600_000;

export interface SecondFactors {
  /** A new secret, which counts only once `confirm` has seen a code of it. */
  begin(user: UserRecord): { secret: string; uri: string };
  /** Turns the factor on and returns the recovery codes, shown this once. */
  confirm(user: UserRecord, code: string): string[];
  /** Whether it is the right code now, or a recovery code; either counts once. */
  accepts(user: UserRecord, code: string): boolean;
  /** Turns the authenticator off. Recovery codes stay, for the passkeys that are left or come. */
  remove(userId: string): void;
}

export function createSecondFactors(users: Users, recoveryCodes: RecoveryCodes, clock: AccessClock): SecondFactors {
  const pending = new Map<string, { secret: string; until: number }>(); // one a user
  return {
    begin: (user) => {
      if (user.totpSecret) throw new AppError("conflict", "There is a second factor already; remove it first.");
      const secret = newTotpSecret();
      pending.set(user.id, { secret, until: clock.tick() + PENDING_MS });
      return { secret, uri: totpUri(secret, user.name) };
    },
    confirm: (user, code) => {
      const begun = pending.get(user.id);
      if (!begun || clock.tick() >= begun.until || user.totpSecret) {
        pending.delete(user.id);
        throw new AppError("gone", "Begin again: the secret is no longer waiting for its code.");
      }
      const step = acceptedStep(begun.secret, code, 0, clock.now().getTime());
      if (step === undefined) {
        throw new AppError("invalid_input", "The code is wrong; check the clock of the device that shows it.");
      }
      users.change(user.id, { totpSecret: begun.secret, totpLastStep: step });
      pending.delete(user.id);
      return recoveryCodes.renew(user.id);
    },
    accepts: (user, code) => {
      const { totpSecret: secret, totpLastStep } = user;
      const step = secret === null ? undefined : acceptedStep(secret, code.trim(), totpLastStep, clock.now().getTime());
      if (step === undefined) return recoveryCodes.use(user.id, code);
      users.change(user.id, { totpLastStep: step });
      return true;
    },
    remove: (userId) => void users.change(userId, { totpSecret: null, totpLastStep: 0 }),
  };
}
