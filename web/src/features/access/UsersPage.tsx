import Ellipsis from "lucide-solid/icons/ellipsis";
import UserPlus from "lucide-solid/icons/user-plus";
import { createSignal, Match, Show, Switch } from "solid-js";
import type { User } from "../../../../shared/protocol/account.ts";
import { api } from "../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../lib/format.ts";
import { invalidate, queryKeys } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { useQuery } from "../../lib/use-query.ts";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Card } from "../../ui/Card.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { ErrorState, Skeleton } from "../../ui/Notice.tsx";
import { Page } from "../../ui/Page.tsx";
import { toast } from "../../ui/toast.tsx";
import "./access.css";
import { describeLimits } from "./limits.ts";
import { UserDialog } from "./UserDialog.tsx";

/** Who may log in, as what, and to what. */
export default function UsersPage() {
  const query = useQuery(() => ({ queryKey: queryKeys.users, queryFn: () => api.users.list() }));
  const [edited, setEdited] = createSignal<User | "new" | null>(null);

  const attempt = async (work: () => Promise<unknown>, done: string) => {
    try {
      await work();
      toast.success(done);
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.users);
  };
  const remove = async (user: User) => {
    const yes = await confirm({
      title: `Delete ${user.name}?`,
      body: "Their sessions and API keys end at once. The audit trail keeps what they did.",
      action: "Delete user",
      danger: true,
    });
    if (yes) await attempt(() => api.users.remove(user.id), `${user.name} has been deleted.`);
  };
  const resetTotp = async (user: User) => {
    const yes = await confirm({
      title: `Take away the second factor of ${user.name}?`,
      body: "They will log in with their password alone until they set up an authenticator again.",
      action: "Take away",
      danger: true,
    });
    if (yes)
      await attempt(() => api.users.update(user.id, { resetTotp: true }), "The second factor has been taken away.");
  };
  const isSelf = (user: User) => user.id === session.principal()?.id;

  const columns: Column<User>[] = [
    {
      id: "name",
      title: "Name",
      sortBy: (row) => row.name,
      width: "clip",
      cell: (row) => (
        <span class="row">
          <b class="truncate">{row.name}</b>
          {isSelf(row) ? <Badge>You</Badge> : null}
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
    { id: "limits", title: "Sees", width: "clip", only: "wide", cell: (row) => describeLimits(row.limits) },
    {
      id: "login",
      title: "Log-in",
      width: "tight",
      only: "middle",
      cell: (row) => (
        <span class="row">
          {row.password ? <Badge>Password</Badge> : null}
          {row.oidc ? <Badge>Single sign-on</Badge> : null}
          {row.totp ? <Badge tone="ok">Second factor</Badge> : <Badge tone="warn">No second factor</Badge>}
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
          label={`Actions for ${row.name}`}
          icon
          size="sm"
          trigger={<Ellipsis size={16} />}
          items={[
            { label: "Change role and limits", onSelect: () => setEdited(row) },
            {
              label: "End all sessions",
              onSelect: () =>
                void attempt(() => api.users.endSessions(row.id), `All sessions of ${row.name} have ended.`),
            },
            {
              label: "Take away second factor",
              disabled: !row.totp || isSelf(row),
              onSelect: () => void resetTotp(row),
            },
            "separator",
            { label: "Delete", danger: true, disabled: isSelf(row), onSelect: () => void remove(row) },
          ]}
        />
      ),
    },
  ];

  return (
    <Page
      title="Users"
      note={query.data && `${query.data.length}`}
      actions={
        <Button variant="primary" icon={<UserPlus size={15} />} onClick={() => setEdited("new")}>
          Add user
        </Button>
      }
    >
      <Card flush>
        <Switch>
          <Match when={query.isError}>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </Match>
          <Match when={query.data}>
            {(users) => (
              <DataTable
                label="Users"
                columns={columns}
                rows={users()}
                key={(row) => row.id}
                initialSort={{ column: "name" }}
              />
            )}
          </Match>
          <Match when={query.isPending}>
            <Skeleton lines={4} />
          </Match>
        </Switch>
      </Card>
      <Show when={edited()} keyed>
        {(user) => <UserDialog user={user === "new" ? null : user} onClose={() => setEdited(null)} />}
      </Show>
    </Page>
  );
}
