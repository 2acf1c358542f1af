import Blocks from "lucide-solid/icons/blocks";
import Plus from "lucide-solid/icons/plus";
import { createMemo } from "solid-js";
import type { McpServer } from "../../../../shared/protocol/mcp.ts";
import { serverHref } from "../../lib/addresses.ts";
import { api } from "../../lib/api.ts";
import { useCachedList } from "../../lib/cached-list.ts";
import { lazy } from "../../lib/load-part.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import type { CommandAction, CommandSource } from "../../shell/commands.ts";
import { commandMessages as texts } from "./messages.ts";
import { createMcpActions } from "./servers/mcp-actions.ts";

const ServerDialog = lazy(async () => ({ default: (await import("./servers/ServerDialog.tsx")).ServerDialog }));

/** MCP servers, and what can be done with each. */
export const createMcpCommands: CommandSource = ({ open, show }) => {
  const session = useSession();
  const actions = createMcpActions();
  const servers = useCachedList(
    queryKeys.mcp,
    () => api.mcp.list(),
    () => session.may("mcp:view"),
  );
  const edit = (server: McpServer | undefined) => () =>
    show((close) => (
      <ServerDialog
        server={server}
        onClose={close}
        onSaved={({ id }) => {
          close();
          open(serverHref(id));
        }}
      />
    ));
  const actionsOf = (server: McpServer): CommandAction[] => {
    const isUp = server.status === "running" || server.status === "starting";
    return [
      isUp
        ? { verb: texts.stop, name: "mcp:stop", run: () => void actions.stop(server) }
        : { verb: texts.start, name: "mcp:start", run: () => void actions.start(server) },
      ...(isUp ? [{ verb: texts.restart, name: "mcp:restart" as const, run: () => void actions.restart(server) }] : []),
      { verb: texts.log, run: () => open(`${serverHref(server.id)}?tab=log`) },
      { verb: texts.edit, name: "mcp:change", run: edit(server) },
      { verb: texts.delete, name: "mcp:remove", run: () => void actions.remove(server) },
    ];
  };
  return createMemo(() => {
    const items = (servers.data?.servers ?? []).map((server) => ({
      id: `mcp:${server.id}`,
      label: visibleName(server.name),
      group: texts.group,
      icon: Blocks,
      run: () => open(serverHref(server.id)),
      actions: actionsOf(server),
    }));
    return [
      ...items,
      {
        id: "mcp:create",
        label: texts.register,
        group: texts.group,
        icon: Plus,
        name: "mcp:create",
        run: edit(undefined),
      },
    ];
  });
};
