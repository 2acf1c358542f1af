import type { Role } from "../../../shared/protocol/access.ts";
import { userName } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { UserRecord, Users } from "../identity/users.ts";

export interface OidcClaims {
  iss: string;
  sub: string;
  email?: unknown;
  email_verified?: unknown;
  preferred_username?: unknown;
}

/**
 * The user an OpenID identity stands for: the one it is linked with; else a user whom an administrator made for it,
 * without a password, by verified e-mail address or user name; else, when the operator set a default role, a new one.
 * A user with a password is never taken over by a name alone.
 */
export function toOidcUser(claims: OidcClaims, users: Users, defaultRole: Role | undefined): UserRecord {
  const oidc = { issuer: claims.iss, subject: claims.sub };
  const linked = users.byOidc(oidc.issuer, oidc.subject);
  if (linked) return linked;
  const names = namesIn(claims);
  const waiting = names
    .map((name) => users.byName(name))
    .find((user) => user !== undefined && user.passwordHash === null && user.oidc === null);
  if (waiting) return users.change(waiting.id, { oidc });
  const name = names.find((candidate) => !users.byName(candidate));
  if (!defaultRole || !name) throw new AppError("forbidden", "You have no account here; ask an administrator.");
  const limits = { services: null, deployments: null };
  return users.add({ name, role: defaultRole, limits, passwordHash: null, oidc });
}

function namesIn({ email, email_verified, preferred_username }: OidcClaims): string[] {
  const candidates = [email_verified === true ? email : undefined, preferred_username];
  return candidates.flatMap((candidate) => {
    const parsed = userName.safeParse(candidate);
    return parsed.success ? [parsed.data] : [];
  });
}
