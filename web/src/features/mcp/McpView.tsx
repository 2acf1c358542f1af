import Blocks from "lucide-solid/icons/blocks";
import Plus from "lucide-solid/icons/plus";
import { createMemo, createSignal, Match, Show, Switch } from "solid-js";
import { countServers } from "../../../../shared/health/running.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import { useMcpServers } from "../../lib/queries.ts";
import { session } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, type Column, DataTable, EmptyState, ErrorState, Page, Skeleton, Status } from "../../ui/index.ts";
import { DetailHead, MasterDetail } from "../../ui/MasterDetail.tsx";
import { createMcpDeeds, looks, type McpDeeds } from "./servers/mcp-actions.ts";
import { ServerActions } from "./servers/ServerActions.tsx";
import { ServerDialog } from "./servers/ServerDialog.tsx";
import { ServerPane, targetOf } from "./servers/ServerPane.tsx";
import "./mcp.css";

export interface McpViewProps {
  selected: string | null;
  onSelect: (id: string | null) => void;
}

/** Registered MCP servers, and the one that is open. */
export function McpView(props: McpViewProps) {
  const query = useMcpServers();
  const deeds = createMcpDeeds();
  const all = createStableList(() => query.data?.servers, "id");
  const columns = columnsOf(deeds);
  const [editing, setEditing] = createSignal<McpServer | "new" | null>(null);
  const selected = createMemo(() => all().find(({ id }) => id === props.selected));
  const count = () => countServers(all());
  const register = (
    <Show when={session.may("mcp:manage")}>
      <Button variant="primary" icon={<Plus size={14} />} onClick={() => setEditing("new")}>
        Register
      </Button>
    </Show>
  );

  return (
    <>
      <MasterDetail
        open={props.selected !== null}
        master={
          <Page
            fixed
            title="MCP servers"
            note={query.data ? `${count().running} of ${count().total} running` : ""}
            actions={register}
          >
            <Switch fallback={<Skeleton lines={6} />}>
              <Match when={query.error && !query.data}>
                <ErrorState error={query.error} onRetry={() => void query.refetch()} />
              </Match>
              <Match when={query.data && all().length === 0}>
                <EmptyState icon={<Blocks size={18} />} title="No MCP server yet">
                  Register a program on this host or an address, then see its tools and call them from here.
                </EmptyState>
              </Match>
              <Match when={query.data}>
                <DataTable
                  label="MCP servers"
                  columns={props.selected === null ? columns : narrowColumns}
                  rows={all()}
                  key={(server) => server.id}
                  initialSort={{ column: "name" }}
                  selected={props.selected}
                  onOpen={(server) => props.onSelect(server.id)}
                />
              </Match>
            </Switch>
          </Page>
        }
        detail={
          <Show
            when={selected()?.id}
            keyed
            fallback={
              <Show when={query.data} fallback={<Skeleton lines={6} />}>
                <DetailHead title="MCP server" onClose={() => props.onSelect(null)} />
                <EmptyState
                  icon={<Blocks size={18} />}
                  title="This server is gone"
                  action={<Button onClick={() => props.onSelect(null)}>Show all servers</Button>}
                >
                  It was deleted meanwhile.
                </EmptyState>
              </Show>
            }
          >
            {(_id) => (
              <Show when={selected()}>
                {(server) => (
                  <ServerPane
                    server={server()}
                    deeds={deeds}
                    onEdit={setEditing}
                    onClose={() => props.onSelect(null)}
                  />
                )}
              </Show>
            )}
          </Show>
        }
      />
      <Show when={editing()} keyed>
        {(target) => (
          <ServerDialog
            server={target === "new" ? undefined : target}
            onClose={() => setEditing(null)}
            onSaved={(server) => {
              setEditing(null);
              props.onSelect(server.id);
            }}
          />
        )}
      </Show>
    </>
  );
}

const narrowColumns: Column<McpServer>[] = [
  {
    id: "name",
    title: "Name",
    width: "clip",
    sortBy: (server) => server.name,
    cell: (server) => (
      <Status tone={looks[server.status].tone} pulse={looks[server.status].pulse}>
        {visibleName(server.name)}
      </Status>
    ),
  },
];

const columnsOf = (deeds: McpDeeds): Column<McpServer>[] => [
  {
    id: "name",
    title: "Name",
    sortBy: (server) => server.name,
    cell: (server) => <b class="server-name">{visibleName(server.name)}</b>,
  },
  {
    id: "status",
    title: "Status",
    sortBy: (server) => server.status,
    cell: (server) => (
      <Status tone={looks[server.status].tone} pulse={looks[server.status].pulse}>
        {looks[server.status].text}
      </Status>
    ),
  },
  {
    id: "target",
    title: "Program or address",
    width: "clip",
    only: "middle",
    cell: (server) => (
      <code class="faint" title={targetOf(server)}>
        {targetOf(server)}
      </code>
    ),
  },
  {
    id: "info",
    title: "Says it is",
    only: "wide",
    cell: (server) =>
      server.serverInfo ? (
        `${visibleName(server.serverInfo.name)} ${visibleName(server.serverInfo.version)}`
      ) : (
        <span class="faint">–</span>
      ),
  },
  {
    id: "actions",
    title: "Actions",
    titleHidden: true,
    width: "tight",
    cell: (server) => <ServerActions server={server} deeds={deeds} />,
  },
];
