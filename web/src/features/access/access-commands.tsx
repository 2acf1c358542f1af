import KeyRound from "lucide-solid/icons/key-round";
import Plus from "lucide-solid/icons/plus";
import UserRound from "lucide-solid/icons/user-round";
import { createMemo } from "solid-js";
import type { User } from "../../../../shared/protocol/account.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { lazy } from "../../lib/load-part.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandAction, CommandSource } from "../../shell/commands.ts";
import { useRevokeKey } from "./keys/revoke-key.ts";
import { accessMessages, commandMessages as texts } from "./messages.ts";
import { useUserActions } from "./users/user-actions.ts";

const UserDialog = lazy(async () => ({ default: (await import("./users/UserDialog.tsx")).UserDialog }));
const KeyDialog = lazy(async () => ({ default: (await import("./keys/KeyDialog.tsx")).KeyDialog }));

/** Users and API keys, and what can be done with each. */
export const createAccessCommands: CommandSource = ({ open, show }) => {
  const session = useSession();
  const { remove, endSessions } = useUserActions();
  const revoke = useRevokeKey();
  const users = useCachedList(
    queryKeys.users,
    () => api.users.list(),
    () => session.may("access:manage"),
  );
  const keys = useCachedList(
    queryKeys.keys,
    () => api.keys.list(),
    () => session.may("account:manage"),
  );
  const edit = (user: User | null) => () => show((close) => <UserDialog user={user} onClose={close} />);
  const actionsOf = (user: User): CommandAction[] => [
    { verb: texts.edit, name: "user:change", run: edit(user) },
    { verb: texts.endSessions, name: "user:revoke-sessions", run: () => void endSessions(user) },
    ...(user.id === session.principal()?.id
      ? []
      : [{ verb: texts.delete, name: "user:remove", run: () => void remove(user) }]),
  ];
  return createMemo(() => [
    ...(users.data ?? []).map((user) => ({
      id: `user:${user.id}`,
      label: visibleName(user.name),
      group: texts.user,
      words: user.role,
      icon: UserRound,
      run: () => open("/users"),
      actions: actionsOf(user),
    })),
    ...(keys.data ?? []).map((key) => ({
      id: `key:${key.id}`,
      label: visibleName(key.name),
      group: texts.key,
      icon: KeyRound,
      run: () => open("/keys"),
      actions: [{ verb: texts.revoke, name: "key:revoke", run: () => void revoke(key) }],
    })),
    {
      id: "user:create",
      label: accessMessages.users.add,
      group: texts.user,
      icon: Plus,
      name: "user:create",
      run: edit(null),
    },
    {
      id: "key:create",
      label: accessMessages.keys.createAction,
      group: texts.key,
      icon: Plus,
      name: "key:create",
      run: () => show((close) => <KeyDialog onClose={close} />),
    },
  ]);
};
