import KeyRound from "lucide-solid/icons/key-round";
import Plus from "lucide-solid/icons/plus";
import { createSignal, Show } from "solid-js";
import type { ApiKeyInfo } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { AddressTable } from "../../../resource/AddressTable.tsx";
import { QueryView } from "../../../resource/QueryView.tsx";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import type { Column } from "../../../ui/DataTable.tsx";
import { EmptyState } from "../../../ui/Notice.tsx";
import { Page } from "../../../ui/Page.tsx";
import "../access.css";
import { accessMessages } from "../messages.ts";
import { KeyDialog } from "./KeyDialog.tsx";
import { useRevokeKey } from "./revoke-key.ts";

const texts = accessMessages.keys;

/** API keys of the user; administrators see all. */
export default function KeysPage() {
  const query = useQuery(() => ({ queryKey: queryKeys.keys, queryFn: () => api.keys.list() }));
  const [creating, setCreating] = createSignal(false);

  const revoke = useRevokeKey();
  const columns: Column<ApiKeyInfo>[] = [
    { id: "name", title: texts.name, width: "clip", sortBy: (row) => row.name, cell: (row) => <b>{row.name}</b> },
    { id: "prefix", title: texts.key, width: "tight", only: "middle", cell: (row) => <code>{row.prefix}…</code> },
    {
      id: "role",
      title: texts.role,
      width: "tight",
      sortBy: (row) => row.role,
      cell: (row) => <Badge>{row.role}</Badge>,
    },
    {
      id: "scopes",
      title: texts.permissions,
      only: "wide",
      width: "clip",
      cell: (row) => <span title={row.scopes?.join(", ")}>{row.scopes?.join(", ") ?? texts.allOfRole}</span>,
    },
    { id: "owner", title: texts.owner, width: "tight", only: "wide", cell: (row) => row.owner.name },
    {
      id: "used",
      title: texts.lastUsed,
      width: "tight",
      only: "middle",
      sortBy: (row) => row.lastUsedAt ?? "",
      cell: (row) => (row.lastUsedAt ? formatAgo(row.lastUsedAt) : <span class="faint">{texts.never}</span>),
    },
    {
      id: "expires",
      title: texts.expiry,
      width: "tight",
      sortBy: (row) => row.expiresAt,
      cell: (row) => <span title={formatDateTime(row.expiresAt)}>{formatAgo(row.expiresAt)}</span>,
    },
    {
      id: "actions",
      title: "Actions",
      titleHidden: true,
      align: "end",
      width: "tight",
      cell: (row) => (
        <Button size="sm" onClick={() => void revoke(row)}>
          {texts.revokeOne}
        </Button>
      ),
    },
  ];
  const create = () => (
    <Button variant="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
      {texts.createAction}
    </Button>
  );

  return (
    <Page title={texts.title} note={query.data && `${query.data.length}`} actions={create()}>
      <Card flush>
        <QueryView query={query} lines={4}>
          {(keys) => (
            <AddressTable
              label={texts.title}
              columns={columns}
              rows={keys()}
              key={(row) => row.id}
              initialSort={{ column: "name" }}
              empty={
                <EmptyState icon={<KeyRound size={18} />} title={texts.empty}>
                  {texts.emptyNote}
                </EmptyState>
              }
            />
          )}
        </QueryView>
      </Card>
      <Show when={creating()}>
        <KeyDialog onClose={() => setCreating(false)} />
      </Show>
    </Page>
  );
}
