import { A } from "@solidjs/router";
import Blocks from "lucide-solid/icons/blocks";
import FileDown from "lucide-solid/icons/file-down";
import Plus from "lucide-solid/icons/plus";
import { createSignal, Show } from "solid-js";
import { countServers } from "../../../../shared/health/running.ts";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import { useMcpServers } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { createStableList } from "../../lib/stable-list.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { ResourceListPage } from "../../resource/ResourceListPage.tsx";
import { Button, buttonClass, type Column, Status } from "../../ui/index.ts";
import { importMessages } from "./import/messages.ts";
import { mcpLabels, mcpMessages } from "./messages.ts";
import { createMcpActions, type McpActions } from "./servers/mcp-actions.ts";
import { ServerActions } from "./servers/ServerActions.tsx";
import { ServerDialog } from "./servers/ServerDialog.tsx";
import { ServerPane, targetOf } from "./servers/ServerPane.tsx";
import { statusDisplay } from "./servers/server-status.ts";
import "./mcp.css";
import { lazy } from "../../lib/load-part.ts";

const ImportDialog = lazy(async () => ({ default: (await import("./import/ImportDialog.tsx")).ImportDialog }));

export interface McpViewProps {
  /** Id of the open server; null if none is open. */
  selected: string | null;
  onSelect: (id: string | null) => void;
}

/** Registered MCP servers, and the one that is open. */
export function McpView(props: McpViewProps) {
  const session = useSession();
  const query = useMcpServers();
  const actions = createMcpActions();
  const all = createStableList(() => query.data?.servers, "id");
  const [editing, setEditing] = createSignal<McpServer | "new" | null>(null);
  const [importing, setImporting] = createSignal(false);
  const count = () => countServers(all());

  return (
    <ResourceListPage
      messages={{
        title: mcpMessages.title,
        filter: "",
        nothingMatches: () => "",
        gone: mcpMessages.gone,
        showAll: mcpMessages.showAll,
        empty: mcpMessages.empty,
        emptyHint: mcpMessages.emptyNote,
      }}
      query={query}
      items={all()}
      itemKey={({ id }) => id}
      titleOf={({ name }) => name}
      note={query.data ? mcpMessages.running(count().running, count().total) : ""}
      actions={
        <Show when={session.may("mcp:manage")}>
          <A class={buttonClass()} href="/mcp/gateway">
            {mcpMessages.gateway}
          </A>
          <Button icon={<FileDown size={14} />} onClick={() => setImporting(true)}>
            {importMessages.open}
          </Button>
          <Button variant="primary" icon={<Plus size={14} />} onClick={() => setEditing("new")}>
            {mcpMessages.register}
          </Button>
        </Show>
      }
      table={{ columns: columnsOf(actions), narrowColumns, initialSort: { column: "name" } }}
      selected={props.selected}
      onSelect={props.onSelect}
      missingTitle={mcpLabels.mcpServer}
      icon={Blocks}
      detail={(server) => (
        <Show when={server().id} keyed>
          {(_id) => (
            <ServerPane server={server()} actions={actions} onEdit={setEditing} onClose={() => props.onSelect(null)} />
          )}
        </Show>
      )}
    >
      <Show when={importing()}>
        <ImportDialog
          onClose={() => setImporting(false)}
          onImported={(id) => {
            setImporting(false);
            if (id !== null) props.onSelect(id);
          }}
        />
      </Show>
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
    </ResourceListPage>
  );
}

const narrowColumns: Column<McpServer>[] = [
  {
    id: "name",
    title: mcpLabels.name,
    width: "clip",
    sortBy: (server) => server.name,
    cell: (server) => (
      <Status tone={statusDisplay[server.status].tone} pulse={statusDisplay[server.status].pulse}>
        {visibleName(server.name)}
      </Status>
    ),
  },
];

const columnsOf = (actions: McpActions): Column<McpServer>[] => [
  {
    id: "name",
    title: mcpLabels.name,
    sortBy: (server) => server.name,
    cell: (server) => <b class="server-name">{visibleName(server.name)}</b>,
  },
  {
    id: "status",
    title: mcpLabels.status,
    sortBy: (server) => server.status,
    cell: (server) => (
      <Status tone={statusDisplay[server.status].tone} pulse={statusDisplay[server.status].pulse}>
        {statusDisplay[server.status].text}
      </Status>
    ),
  },
  {
    id: "target",
    title: mcpLabels.programOrAddress,
    width: "clip",
    only: "middle",
    cell: (server) => (
      <code class="faint server-target" title={targetOf(server)}>
        {targetOf(server)}
      </code>
    ),
  },
  {
    id: "info",
    title: mcpLabels.reportsAs,
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
    title: mcpLabels.actions,
    titleHidden: true,
    width: "tight",
    cell: (server) => <ServerActions server={server} actions={actions} />,
  },
];
