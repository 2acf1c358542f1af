import type { Principal } from "../../../shared/protocol/access.ts";
import type { ApiKeyInfo } from "../../../shared/protocol/account.ts";
import type { Users } from "../identity/users.ts";
import type { ApiKey } from "./api-keys.ts";

/** Users see and revoke their own keys, administrators all. */
export const canSeeKey = (principal: Principal, key: ApiKey): boolean =>
  key.ownerId === principal.id || principal.role === "admin";

/** A key without its value. The name of an owner who no longer exists is empty. */
export const toKeyInfo = (key: ApiKey, users: Pick<Users, "byId">): ApiKeyInfo => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  role: key.role,
  scopes: key.scopes,
  limits: key.limits,
  owner: { id: key.ownerId, name: users.byId(key.ownerId)?.name ?? "" },
  createdAt: key.createdAt,
  expiresAt: key.expiresAt,
  lastUsedAt: key.lastUsedAt,
});
