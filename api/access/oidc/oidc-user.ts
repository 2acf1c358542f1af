import type { Role } from "../../../shared/protocol/access.ts";
import { userName } from "../../../shared/protocol/account.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import { messages } from "../messages.ts";

export interface OidcClaims {
  iss: string;
  sub: string;
  email?: unknown;
  email_verified?: unknown;
  preferred_username?: unknown;
}

/**
 * The user of an OpenID identity: the linked one; else a user without a password whom an administrator has created under
 * the verified e-mail address or user name; else a new one, when the operator has set a default role. A name alone never
 * links to a user who has a password.
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
  if (!defaultRole || !name) throw new AppError("forbidden", messages.noAccountHere);
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
