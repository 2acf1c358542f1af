import type { Access } from "../access.ts";

/** The name of a user or API key as it is now; the id of one that was removed. */
export function nameOfPrincipal(
  { users, keys }: Pick<Access, "users" | "keys">,
  { kind, id }: { kind: "user" | "key"; id: string },
): string {
  return (kind === "user" ? users.byId(id)?.name : keys.byId(id)?.name) ?? id;
}
