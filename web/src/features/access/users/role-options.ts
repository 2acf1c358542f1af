import type { Role } from "../../../../../shared/protocol/access.ts";

export const roleOptions: { value: Role; label: string }[] = [
  { value: "viewer", label: "Viewer: sees, changes nothing" },
  { value: "operator", label: "Operator: starts, stops, edits files" },
  { value: "admin", label: "Administrator: everything, users too" },
];
