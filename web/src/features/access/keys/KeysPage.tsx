import KeyRound from "lucide-solid/icons/key-round";
import Plus from "lucide-solid/icons/plus";
import { createSignal, Match, Show, Switch } from "solid-js";
import type { ApiKeyInfo } from "../../../../../shared/protocol/account.ts";
import { api } from "../../../lib/api.ts";
import { formatAgo, formatDateTime } from "../../../lib/format.ts";
import { invalidate, queryKeys } from "../../../lib/queries.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { Badge } from "../../../ui/Badge.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Card } from "../../../ui/Card.tsx";
import { confirm } from "../../../ui/confirm.tsx";
import { type Column, DataTable } from "../../../ui/DataTable.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../../ui/Notice.tsx";
import { Page } from "../../../ui/Page.tsx";
import { toast } from "../../../ui/toast.tsx";
import "../access.css";
import { accessMessages } from "../messages.ts";
import { KeyDialog } from "./KeyDialog.tsx";

const texts = accessMessages.keys;

/** API keys of the user; administrators see all. */
export default function KeysPage() {
  const query = useQuery(() => ({ queryKey: queryKeys.keys, queryFn: () => api.keys.list() }));
  const [creating, setCreating] = createSignal(false);

  const revoke = async (key: ApiKeyInfo) => {
    const yes = await confirm({
      title: texts.revokeTitle(key.name),
      body: texts.revokeNote,
      action: texts.revoke,
      danger: true,
    });
    if (!yes) return;
    try {
      await api.keys.revoke(key.id);
      toast.success(texts.revoked);
    } catch (error) {
      toast.error(error);
    }
    await invalidate(queryKeys.keys);
  };

  const columns: Column<ApiKeyInfo>[] = [
    { id: "name", title: "Name", width: "clip", sortBy: (row) => row.name, cell: (row) => <b>{row.name}</b> },
    { id: "prefix", title: "Key", width: "tight", only: "middle", cell: (row) => <code>{row.prefix}…</code> },
    { id: "role", title: "Role", width: "tight", sortBy: (row) => row.role, cell: (row) => <Badge>{row.role}</Badge> },
    {
      id: "scopes",
      title: texts.permissions,
      only: "wide",
      width: "clip",
      cell: (row) => <span title={row.scopes?.join(", ")}>{row.scopes?.join(", ") ?? texts.allOfRole}</span>,
    },
    { id: "owner", title: "Owner", width: "tight", only: "wide", cell: (row) => row.owner.name },
    {
      id: "used",
      title: "Last used",
      width: "tight",
      only: "middle",
      sortBy: (row) => row.lastUsedAt ?? "",
      cell: (row) => (row.lastUsedAt ? formatAgo(row.lastUsedAt) : <span class="faint">never</span>),
    },
    {
      id: "expires",
      title: "Expires",
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
          Revoke
        </Button>
      ),
    },
  ];
  const create = () => (
    <Button variant="primary" icon={<Plus size={15} />} onClick={() => setCreating(true)}>
      Create key
    </Button>
  );

  return (
    <Page title="API keys" note={query.data && `${query.data.length}`} actions={create()}>
      <Card flush>
        <Switch>
          <Match when={query.isError}>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </Match>
          <Match when={query.data}>
            {(keys) => (
              <DataTable
                label="API keys"
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
          </Match>
          <Match when={query.isPending}>
            <Skeleton lines={4} />
          </Match>
        </Switch>
      </Card>
      <Show when={creating()}>
        <KeyDialog onClose={() => setCreating(false)} />
      </Show>
    </Page>
  );
}
