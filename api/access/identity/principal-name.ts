import type { Accounts } from "../access.ts";

/** The current name of a user or API key; its id after its removal. */
export function nameOfPrincipal(
  { users, keys }: Pick<Accounts, "users" | "keys">,
  { kind, id }: { kind: "user" | "key"; id: string },
): string {
  return (kind === "user" ? users.byId(id)?.name : keys.byId(id)?.name) ?? id;
}
