import type { Role } from "../../../../../shared/protocol/access.ts";

export const roleOptions: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: read only" },
  { value: "operator", label: "Operator: can start, stop and edit files" },
  { value: "admin", label: "Administrator: full access, including users" },
];
