import { may, type Principal } from "../../../shared/protocol/access.ts";
import type { Access } from "../access.ts";

/**
 * Whether somebody may read `/ready` and `/metrics`, on either server: an administrator's session, or a key that an
 * administrator made. Such a key may have the least role: the metrics are its owner's to give away.
 */
export function mayMonitor(principal: Principal, { keys, users }: Pick<Access, "keys" | "users">): boolean {
  if (principal.kind !== "key") return may(principal, "metrics:view");
  const owner = users.byId(keys.byId(principal.id)?.ownerId ?? "");
  return owner !== undefined && may({ role: owner.role, scopes: principal.scopes }, "metrics:view");
}
