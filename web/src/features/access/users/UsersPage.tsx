import Ellipsis from "lucide-solid/icons/ellipsis";
import UserPlus from "lucide-solid/icons/user-plus";
import { createSignal, Show } from "solid-js";
import type { User } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useSession } from "../../../lib/session.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { confirmAction, sendAction } from "../../../resource/confirm-action.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { type Column, DataTable } from "../../../ui/DataTable.tsx";
import { Menu } from "../../../ui/Menu.tsx";
import { Page } from "../../../ui/Page.tsx";
import { toast } from "../../../ui/toast.tsx";
import "../access.css";
import { visibleName } from "../../../lib/terminal-text.ts";
import { accessMessages } from "../messages.ts";
import { describeScope, describeUnscoped, hasLimitedScope } from "./scope-form.ts";
import { UserDialog } from "./UserDialog.tsx";

const texts = accessMessages.users;

/** All users: role, access and sign-in methods. Long because of the columns of its table. */
export default function UsersPage() {
  const invalidate = useInvalidate();
  const session = useSession();
  const query = useQuery(() => ({ queryKey: queryKeys.users, queryFn: () => api.users.list() }));
  const [edited, setEdited] = createSignal<User | "new" | null>(null);

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
  const hasFactor = (user: User) => user.totp || user.passkeys > 0;
  const isSelf = (user: User) => user.id === session.principal()?.id;

  const columns: Column<User>[] = [
    {
      id: "name",
      title: "Name",
      sortBy: (row) => row.name,
      cell: (row) => (
        <span class="row">
          <b class="truncate access-name">{row.name}</b>
          {isSelf(row) ? <Badge>{texts.you}</Badge> : null}
        </span>
      ),
    },
    {
      id: "role",
      title: "Role",
      width: "tight",
      sortBy: (row) => row.role,
      cell: (row) => <Badge tone={row.role === "admin" ? "accent" : "neutral"}>{row.role}</Badge>,
    },
    {
      id: "limits",
      title: "Access",
      only: "wide",
      cell: (row) => (
        <div class="access-limits">
          {describeScope(row.limits)}
          <Show when={hasLimitedScope(row.limits)}>
            <div class="faint">{describeUnscoped({ role: row.role, scopes: null })}</div>
          </Show>
        </div>
      ),
    },
    {
      id: "login",
      title: texts.signIn,
      width: "tight",
      only: "middle",
      cell: (row) => (
        <span class="row">
          {row.password ? <Badge>{texts.password}</Badge> : null}
          {row.oidc ? <Badge>{texts.singleSignOn}</Badge> : null}
          {row.totp ? <Badge tone="ok">{texts.authenticator}</Badge> : null}
          {row.passkeys > 0 ? <Badge tone="ok">{texts.passkeys(row.passkeys)}</Badge> : null}
          {row.password && !hasFactor(row) ? <Badge tone="warn">{texts.noSecondFactor}</Badge> : null}
        </span>
      ),
    },
    {
      id: "created",
      title: "Created",
      width: "tight",
      only: "wide",
      sortBy: (row) => row.createdAt,
      cell: (row) => <span title={formatDateTime(row.createdAt)}>{formatAgo(row.createdAt)}</span>,
    },
    {
      id: "actions",
      title: "Actions",
      titleHidden: true,
      align: "end",
      width: "tight",
      cell: (row) => (
        <Menu
          label={texts.actionsFor(row.name)}
          icon
          size="sm"
          trigger={<Ellipsis size={16} />}
          items={[
            { label: texts.changeAccess, onSelect: () => setEdited(row) },
            {
              label: texts.endSessions,
              onSelect: () => void endSessions(row),
            },
            {
              label: texts.reset,
              disabled: !hasFactor(row) || isSelf(row),
              onSelect: () => void resetFactors(row),
            },
            "separator",
            { label: texts.deleteOne, danger: true, disabled: isSelf(row), onSelect: () => void remove(row) },
          ]}
        />
      ),
    },
  ];

  return (
    <Page
      title={texts.title}
      note={query.data && `${query.data.length}`}
      actions={
        <Button variant="primary" icon={<UserPlus size={15} />} onClick={() => setEdited("new")}>
          {texts.add}
        </Button>
      }
    >
      <Card flush>
        <QueryView query={query} lines={4}>
          {(users) => (
            <DataTable
              label={texts.title}
              columns={columns}
              rows={users()}
              key={(row) => row.id}
              initialSort={{ column: "name" }}
            />
          )}
        </QueryView>
      </Card>
      <Show when={edited()} keyed>
        {(user) => <UserDialog user={user === "new" ? null : user} onClose={() => setEdited(null)} />}
      </Show>
    </Page>
  );
}
