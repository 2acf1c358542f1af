import { AppError, toAppError } from "../../../shared/server/errors.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import { messages } from "../messages.ts";
import type { Passkeys } from "../passkeys/passkeys.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import type { Passwords } from "./passwords.ts";
import type { SecondFactors } from "./second-factors.ts";
import type { Sessions } from "./sessions.ts";

export interface LoginDeps {
  users: Users;
  sessions: Sessions;
  passwords: Passwords;
  secondFactors: SecondFactors;
  passkeys: Pick<Passkeys, "of">;
  throttle: LoginThrottle;
}

export interface LoginAttempt {
  username: string;
  password: string;
  /** Code of an authenticator, or a recovery code. */
  code?: string | undefined;
  /** Checks the passkey as the second factor. Called after the password was accepted. */
  passkey?: ((userId: string) => Promise<unknown>) | undefined;
  address: string;
  /** Bucket of the address. */
  bucket: string;
}

/** The password is correct, and the second factor is missing or wrong. */
export class CodeRequired extends AppError {
  readonly user: UserRecord;
  constructor(message: string, user: UserRecord) {
    super("unauthorized", message);
    this.user = user;
  }
}

const wrong = () => new AppError("unauthorized", messages.wrongLogin);

/** Checks name, password and second factor. Each wrong combination takes the same time and gets the same response. */
export function createLogin({ users, sessions, passwords, secondFactors, passkeys, throttle }: LoginDeps) {
  return async ({ username, password, code, passkey, address, bucket }: LoginAttempt): Promise<UserRecord> => {
    const user = users.byName(username);
    const known = user !== undefined && sessions.of(user.id).some((session) => session.address === address);
    const attempt = throttle.begin(username, bucket, known);
    let right: boolean;
    try {
      right = await passwords.matches(user?.passwordHash ?? null, password);
    } catch (error) {
      attempt.withdraw(); // nothing was tried
      throw error;
    }
    // The user may have been removed, or have another password, in the meantime.
    const current = user && users.byId(user.id);
    if (!right || !current || current.passwordHash !== user.passwordHash) throw wrong();
    if (current.totpSecret !== null || passkeys.of(current.id).length > 0) {
      if (passkey !== undefined) {
        await passkey(current.id).catch((error: unknown) => {
          throw new CodeRequired(toAppError(error).message, current);
        });
        // The check of the second factor has waited too.
        if (users.byId(current.id)?.passwordHash !== current.passwordHash) throw wrong();
      } else if (code === undefined) {
        attempt.withdraw();
        throw new CodeRequired(messages.codeNeeded, current);
      } else if (!secondFactors.accepts(current, code)) {
        throw new CodeRequired(messages.codeWrong, current);
      }
    }
    attempt.succeed();
    if (current.passwordHash && passwords.isOld(current.passwordHash)) {
      const passwordHash = await passwords.hash(password);
      const stored = users.byId(current.id)?.passwordHash;
      if (stored !== current.passwordHash) throw wrong();
      users.change(current.id, { passwordHash });
    }
    return users.byId(current.id) ?? current;
  };
}
