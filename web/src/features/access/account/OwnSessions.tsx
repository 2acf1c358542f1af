import type { SessionInfo } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { sendAction } from "../../../resource/confirm-action.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { type Column, DataTable } from "../../../ui/DataTable.tsx";
import { accessMessages } from "../messages.ts";
import { browserName } from "./browser-name.ts";

const texts = accessMessages.sessions;

/** The sessions of the user, with a button to end each of the others. */
export function OwnSessions() {
  const invalidate = useInvalidate();
  const query = useQuery(() => ({ queryKey: queryKeys.sessions, queryFn: () => api.account.sessions() }));
  const end = (session: SessionInfo) =>
    sendAction({
      send: () => api.account.revokeSession(session.id),
      done: texts.ended,
      refetch: () => invalidate(queryKeys.sessions),
    });
  const columns: Column<SessionInfo>[] = [
    {
      id: "browser",
      title: "Browser",
      width: "clip",
      cell: (row) => (
        <span class="row" title={row.userAgent}>
          <span class="truncate">{browserName(row.userAgent)}</span>
          {row.current ? <Badge tone="ok">{texts.current}</Badge> : null}
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
          <Button size="sm" onClick={() => void end(row)}>
            {texts.end}
          </Button>
        ),
    },
  ];
  return (
    <Card title={texts.title} flush>
      <QueryView query={query} lines={3}>
        {(sessions) => (
          <DataTable
            label={texts.list}
            columns={columns}
            rows={sessions()}
            key={(row) => row.id}
            initialSort={{ column: "seen", descending: true }}
          />
        )}
      </QueryView>
    </Card>
  );
}
