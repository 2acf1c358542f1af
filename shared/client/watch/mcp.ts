import type { McpServerToClient } from "../../protocol/events/mcp.ts";
import type { Connection } from "./connection.ts";
import { createEventTopic, type EventListener } from "./event-topic.ts";
import type { Stop } from "./listeners.ts";
import { type EventHandlers, type NamespaceWatch, watchNamespace } from "./namespace-events.ts";
import { createTopics } from "./topics.ts";

/** MCP servers: `/mcp`. */
export interface McpWatch extends NamespaceWatch<McpServerToClient> {
  /** Joins the room of a server: its events reach the listeners of `on`. */
  join(serverId: string, handlers?: EventHandlers): Stop;
  /** Ends the oldest `join` of this server that still holds. */
  leave(serverId: string): void;
}

export function createMcpWatch(connection: Connection): McpWatch {
  const membership = createTopics<EventListener<never>>(connection, "mcp");
  const { on, onConnect } = watchNamespace<McpServerToClient>(connection, "mcp");
  const joined = new Map<string, Stop[]>();
  return {
    join(serverId, handlers) {
      const payload = { serverId };
      const stop = membership.listen(serverId, { onEvent: () => {}, ...handlers }, () =>
        createEventTopic<never>({
          join: () => ({ event: "join", payload }),
          leave: { event: "leave", payload },
          event: "joined",
        }),
      );
      const stops = joined.get(serverId) ?? [];
      joined.set(serverId, stops);
      const once = () => {
        const at = stops.indexOf(once);
        if (at === -1) return;
        stops.splice(at, 1);
        if (stops.length === 0) joined.delete(serverId);
        stop();
      };
      stops.push(once);
      return once;
    },
    leave: (serverId) => joined.get(serverId)?.[0]?.(),
    on,
    onConnect,
  };
}
