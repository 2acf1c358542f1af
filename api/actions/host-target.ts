import type { Locks } from "../jobs/resource-locks.ts";
import type { ActionTarget } from "./action.ts";

/** Something of the host that is named by the input alone, such as a volume to create. Sends no notice of its own: the Engine's events do. */
export const hostTarget = <Input>(
  label: (input: Input) => string,
  locks?: (input: Input) => Locks,
): ActionTarget<Input, undefined> => ({
  resolve: () => undefined,
  label: (_subject, input) => label(input),
  locks: locks && ((_subject, input) => locks(input)),
});

/** Rights for an action on what belongs to the Docker host as a whole, such as images and volumes. */
export const dockerHostRights = { permission: "docker:manage", hostScope: true } as const;
