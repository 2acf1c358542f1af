import { AppError } from "../../../shared/server/errors.ts";
import type { ActionContext, ActionTarget } from "../../actions/action.ts";
import { endSessionsOf } from "../identity/user-sessions.ts";
import type { UserRecord } from "../identity/users.ts";
import { messages } from "../messages.ts";

/** The account of the caller. */
export const ownAccount: ActionTarget<unknown, UserRecord> = {
  resolve: (_input, { deps, principal }) => {
    const user = deps.access.users.byId(principal.id);
    if (!user) throw new AppError("unauthorized", messages.loginFirst);
    return user;
  },
  label: ({ name }) => name,
};

/** What every action on the account of the caller has in common. */
export const onAccount = { tag: "Account", permission: "session", mode: "respond", target: ownAccount } as const;

/** Ends all sessions of the caller except the one of the request. */
export const endOtherSessions = ({ deps, principal }: Pick<ActionContext, "deps" | "principal">): void =>
  endSessionsOf(deps.access, principal.id, principal.sessionId);
