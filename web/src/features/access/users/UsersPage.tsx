import Ellipsis from "lucide-solid/icons/ellipsis";
import UserPlus from "lucide-solid/icons/user-plus";
import { createSignal, Match, Show, Switch } from "solid-js";
import type { User } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { session } from "../../../lib/session.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { type Column, DataTable } from "../../../ui/DataTable.tsx";
import { Menu } from "../../../ui/Menu.tsx";
import { ErrorState, Skeleton } from "../../../ui/Notice.tsx";
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
      title: texts.deleteTitle(user.name),
      body: texts.deleteNote,
      action: texts.delete,
      danger: true,
    });
    if (!yes) return;
    await attempt(async () => {
      const { rules, channels } = await api.users.remove(user.id);
      const left = [...rules, ...channels].map((name) => `“${visibleName(name)}”`);
      if (left.length > 0) toast.info(texts.leaves(user.name, left.join(", ")));
    }, texts.deleted(user.name));
  };
  const resetFactors = async (user: User) => {
    const yes = await confirm({
      title: texts.resetTitle(user.name),
      body: texts.resetNote,
      action: texts.reset,
      danger: true,
    });
    if (yes) await attempt(() => api.users.update(user.id, { resetFactors: true }), texts.resetDone(user.name));
  };
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
      title: "Sign-in",
      width: "tight",
      only: "middle",
      cell: (row) => (
        <span class="row">
          {row.password ? <Badge>Password</Badge> : null}
          {row.oidc ? <Badge>Single sign-on</Badge> : null}
          {row.totp ? <Badge tone="ok">Authenticator</Badge> : null}
          {row.passkeys > 0 ? (
            <Badge tone="ok">{row.passkeys === 1 ? "1 passkey" : `${row.passkeys} passkeys`}</Badge>
          ) : null}
          {row.password && !hasFactor(row) ? <Badge tone="warn">No second factor</Badge> : null}
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
            { label: texts.changeAccess, onSelect: () => setEdited(row) },
            {
              label: "End all sessions",
              onSelect: () => void attempt(() => api.users.endSessions(row.id), texts.sessionsEnded(row.name)),
            },
            {
              label: texts.reset,
              disabled: !hasFactor(row) || isSelf(row),
              onSelect: () => void resetFactors(row),
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
          {texts.add}
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
