import { Match, Switch } from "solid-js";
import type { SessionInfo } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { type Column, DataTable } from "../../../ui/DataTable.tsx";
import { ErrorState, Skeleton } from "../../../ui/Notice.tsx";
import { toast } from "../../../ui/toast.tsx";
import { browserName } from "./browser-name.ts";

/** Where the own account is logged in. */
export function OwnSessions() {
  const query = useQuery(() => ({ queryKey: queryKeys.sessions, queryFn: () => api.account.sessions() }));
  const revoke = async (session: SessionInfo) => {
    try {
      await api.account.revokeSession(session.id);
      toast.success("That session has ended.");
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.sessions);
  };
  const columns: Column<SessionInfo>[] = [
    {
      id: "browser",
      title: "Browser",
      width: "clip",
      cell: (row) => (
        <span class="row" title={row.userAgent}>
          <span class="truncate">{browserName(row.userAgent)}</span>
          {row.current ? <Badge tone="ok">This one</Badge> : null}
        </span>
      ),
    },
    {
      id: "address",
      title: "Address",
      width: "tight",
      only: "middle",
      cell: (row) => <span class="mono">{row.address}</span>,
    },
    {
      id: "seen",
      title: "Last seen",
      width: "tight",
      cell: (row) => <span title={formatDateTime(row.lastSeenAt)}>{formatAgo(row.lastSeenAt)}</span>,
      sortBy: (row) => row.lastSeenAt,
    },
    {
      id: "actions",
      title: "Actions",
      titleHidden: true,
      align: "end",
      width: "tight",
      cell: (row) =>
        row.current ? null : (
          <Button size="sm" onClick={() => void revoke(row)}>
            End
          </Button>
        ),
    },
  ];
  return (
    <Card title="Sessions" flush>
      <Switch>
        <Match when={query.isError}>
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        </Match>
        <Match when={query.data}>
          {(sessions) => (
            <DataTable
              label="Your sessions"
              columns={columns}
              rows={sessions()}
              key={(row) => row.id}
              initialSort={{ column: "seen", descending: true }}
            />
          )}
        </Match>
        <Match when={query.isPending}>
          <Skeleton lines={3} />
        </Match>
      </Switch>
    </Card>
  );
}
