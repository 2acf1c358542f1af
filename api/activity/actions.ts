import { may } from "../../shared/protocol/access.ts";
import { activityParams } from "../../shared/protocol/activity.ts";
import { AppError } from "../../shared/server/errors.ts";
import { requireScope } from "../access/identity/host-scope.ts";
import { requireStepUp } from "../access/login/step-up.ts";
import { accessEntryOf } from "../actions/access-rows.ts";
import { type ActionTarget, type AnyAction, type AnyInput, action } from "../actions/action.ts";
import { messages } from "./messages.ts";
import { findActivity, isUndoable } from "./read.ts";
import type { ActivityRecord } from "./record.ts";

/** A record to take back, with the action that it ran and the subject as it is now. */
interface Undo {
  record: ActivityRecord;
  action: AnyAction & { undo: NonNullable<AnyAction["undo"]> };
  input: AnyInput;
  subject: unknown;
}

const undoTarget: ActionTarget<{ params: { id: string } }, Undo> = {
  async resolve({ params: { id } }, context) {
    const { deps, principal, actionNamed } = context;
    const record = await findActivity(deps, principal, id);
    const undone = actionNamed(record.action);
    if (!undone?.undo || !isUndoable(deps.activity, record)) throw new AppError("conflict", messages.cannotUndo);
    if (record.permission === null || !may(principal, record.permission)) {
      throw new AppError("forbidden", messages.notAllowed);
    }
    // The stored input is masked, so only the name of the target is used. Its id may have changed.
    const input = { params: { id: record.target }, query: undefined, body: undefined, headers: undefined };
    requireScope(principal, undone.fullScope ? "all" : undone.hostScope ? "host" : undefined);
    // What needs a fresh proof to be done needs one to be taken back, and keys that may not do it may not do this either.
    requireStepUp(principal, accessEntryOf(undone), deps.access);
    const subject = await undone.target.resolve(input, context);
    return { record, action: undone as Undo["action"], input, subject };
  },
  label: ({ record }) => record.target,
  kind: ({ record }) => record.kind,
  permission: ({ record }) => record.permission ?? undefined,
  locks: ({ action: { locks, target }, subject, input }) =>
    (locks ?? target.locks)?.(subject, input) ?? { exclusive: [] },
  services: ({ action: { target }, subject }) => target.services?.(subject) ?? [],
  processes: ({ action: { target }, subject }) => target.processes?.(subject) ?? [],
  rooms: ({ action: { target }, subject }) => target.rooms?.(subject) ?? [],
  async notify({ subject: { action: undone, subject }, result, error }, context) {
    const verb = undone.name.slice(undone.name.indexOf(":") + 1);
    await (undone.notify ?? undone.target.notify)?.({ verb, subject, result, error }, context);
  },
};

const undoAction = action({
  name: "activity:undo",
  method: "POST",
  path: "/activity/:id/undo",
  title: "Take an action back",
  tag: "Activity",
  description: "For the last successful run of an action that can be taken back, by callers who may do the action.",
  // Of each record, the callers who may do what it recorded.
  permission: "signed-in",
  params: activityParams,
  mode: "enqueue",
  target: undoTarget,
  apply: (_input, context) => context.subject.action.undo({ ...context, subject: context.subject.subject }),
});

export const activityActions = [undoAction] as const;
