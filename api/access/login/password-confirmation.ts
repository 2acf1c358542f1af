import { AppError } from "../../../shared/server/errors.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import { messages } from "../messages.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import type { Passwords } from "./passwords.ts";

/**
 * Checks the password of a user who is logged in. Guesses are slowed down, so a stolen session guesses no faster than a
 * log-in.
 *
 * @throws AppError `forbidden` for a wrong password, `conflict` for an account without one, `rate_limited`, and
 *   `unauthorized` for a user who no longer exists
 */
export type ConfirmPassword = (userId: string, password: string) => Promise<UserRecord>;

export interface PasswordConfirmationDeps {
  users: Pick<Users, "byId">;
  passwords: Pick<Passwords, "matches">;
  /** Milliseconds of a clock that no step moves. */
  uptime(): number;
}

export function createPasswordConfirmation({ users, passwords, uptime }: PasswordConfirmationDeps): ConfirmPassword {
  // Apart from log-ins: anybody chooses the names of those, and must not slow down the confirmations of others.
  const throttle = createLoginThrottle(uptime);
  return async (userId, password) => {
    const user = users.byId(userId);
    if (!user) throw new AppError("unauthorized", messages.loginFirst);
    if (user.passwordHash === null) throw new AppError("conflict", messages.noPassword);
    const attempt = throttle.begin(userId, userId, false);
    const right = await passwords.matches(user.passwordHash, password).catch((error: unknown) => {
      attempt.withdraw(); // nothing was tried
      throw error;
    });
    if (!right) throw new AppError("forbidden", messages.wrongPassword);
    attempt.forget();
    return user;
  };
}
