import type { Role } from "../../../../../shared/protocol/access.ts";
import { accessMessages } from "../messages.ts";

export const roleOptions: { value: Role; label: string }[] = (["viewer", "operator", "admin"] as const).map(
  (value) => ({
    value,
    label: accessMessages.roles[value],
  }),
);
