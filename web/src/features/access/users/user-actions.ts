import type { User } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { confirmAction, sendAction } from "../../../resource/confirm-action.ts";
import { toast } from "../../../ui/toast.tsx";
import { accessMessages } from "../messages.ts";

const texts = accessMessages.users;

/** What an administrator can do to an account; each action asks first where something is lost. */
export function useUserActions() {
  const invalidate = useInvalidate();
  const refetch = () => invalidate(queryKeys.users);
  const remove = (user: User) =>
    confirmAction({
      title: texts.deleteTitle(user.name),
      body: texts.deleteNote,
      action: texts.delete,
      danger: true,
      send: async () => {
        const { rules, channels } = await api.users.remove(user.id);
        const left = [...rules, ...channels].map((name) => `“${visibleName(name)}”`);
        if (left.length > 0) toast.info(texts.leaves(user.name, left.join(", ")));
      },
      done: texts.deleted(user.name),
      refetch,
    });
  const resetFactors = (user: User) =>
    confirmAction({
      title: texts.resetTitle(user.name),
      body: texts.resetNote,
      action: texts.reset,
      danger: true,
      send: () => api.users.update(user.id, { resetFactors: true }),
      done: texts.resetDone(user.name),
      refetch,
    });
  const endSessions = (user: User) =>
    sendAction({ send: () => api.users.endSessions(user.id), done: texts.sessionsEnded(user.name), refetch });
  return { remove, resetFactors, endSessions };
}
