import { AppError } from "../../../shared/server/errors.ts";
import type { AccessClock } from "../clock.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import { messages } from "../messages.ts";
import type { RecoveryCodes } from "./recovery-codes.ts";
import { acceptedStep, newTotpSecret, totpUri } from "./totp.ts";

/** Time that a new secret waits for its first code. */
const PENDING_MS = 600_000;

export interface SecondFactors {
  /** Returns a new secret, which counts after `confirm` has accepted a code of it. @throws AppError `conflict` */
  begin(user: UserRecord): { secret: string; uri: string };
  /** Turns the factor on. The recovery codes are returned only here. @throws AppError `gone`, `invalid_input` */
  confirm(user: UserRecord, code: string): string[];
  /** Whether a code of the authenticator or a recovery code is valid. Each is accepted once. */
  accepts(user: UserRecord, code: string): boolean;
  /** Turns the authenticator off. Recovery codes stay, for passkeys. */
  remove(userId: string): void;
}

export function createSecondFactors(users: Users, recoveryCodes: RecoveryCodes, clock: AccessClock): SecondFactors {
  const pending = new Map<string, { secret: string; until: number }>(); // one per user
  return {
    begin: (user) => {
      if (user.totpSecret) throw new AppError("conflict", messages.secondFactorExists);
      const secret = newTotpSecret();
      pending.set(user.id, { secret, until: clock.tick() + PENDING_MS });
      return { secret, uri: totpUri(secret, user.name) };
    },
    confirm: (user, code) => {
      const begun = pending.get(user.id);
      if (!begun || clock.tick() >= begun.until || user.totpSecret) {
        pending.delete(user.id);
        throw new AppError("gone", messages.secretExpired);
      }
      const step = acceptedStep(begun.secret, code, 0, clock.now().getTime());
      if (step === undefined) {
        throw new AppError("invalid_input", messages.wrongCode);
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
