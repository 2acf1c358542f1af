import { hasControlCharacter } from "./control-character.ts";
import type { NamespaceName } from "./namespace-names.ts";

/** Room prefix of each namespace; `/system` has viewers but no rooms. */
export const roomPrefix = {
  services: "service:",
  deployments: "deployment:",
  mcp: "mcp:",
  files: "files:",
} as const satisfies Partial<Record<NamespaceName, string>>;

/** Longest id inside a room name: PATH_MAX of Linux, since a file room carries a path. */
const ID_MAX = 4096;

export const serviceRoom = (serviceId: string) => `${roomPrefix.services}${serviceId}`;
/** What stands for a job where a service's id does: its viewers are in `service:job:<id>`. */
export const jobRoomId = (jobId: string) => `job:${jobId}`;
export const deploymentRoom = (deploymentId: string) => `${roomPrefix.deployments}${deploymentId}`;
export const mcpRoom = (serverId: string) => `${roomPrefix.mcp}${serverId}`;
export const filesRoom = (path: string) => `${roomPrefix.files}${path}`;

/** Whether a room may be addressed in a namespace: the namespace's own prefix followed by an id. */
export function isRoomOf(namespace: NamespaceName, room: string): boolean {
  if (namespace === "system") return false;
  const prefix = roomPrefix[namespace];
  const id = room.slice(prefix.length);
  return room.startsWith(prefix) && id.length > 0 && id.length <= ID_MAX && !hasControlCharacter(id);
}
