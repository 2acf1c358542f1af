import { may, type Principal } from "../../../shared/protocol/access.ts";
import type { Accounts } from "../access.ts";

/**
 * Whether a caller may read `/ready` and `/metrics` of either server: the session of an administrator, or a key that an
 * administrator created, whatever its role.
 */
export function mayMonitor(principal: Principal, { keys, users }: Pick<Accounts, "keys" | "users">): boolean {
  if (principal.kind !== "key") return may(principal, "metrics:view");
  const owner = users.byId(keys.byId(principal.id)?.ownerId ?? "");
  return owner !== undefined && may({ role: owner.role, scopes: principal.scopes }, "metrics:view");
}
