import type { McpLog } from "../../../shared/protocol/events/mcp.ts";
import type { McpServerStatus } from "../../../shared/protocol/mcp.ts";
import type { LogStore } from "../../logs/log-store.ts";

/** Hands the output of servers to the log store, with their starts and ends between the lines. */
export interface KeptLog {
  line(serverId: string, entry: McpLog): void;
  status(serverId: string, status: McpServerStatus): void;
}

export function createKeptLog(store: Pick<LogStore, "append"> | undefined): KeptLog {
  /** Servers that run; those that are removed have ended before. */
  const running = new Set<string>();
  return {
    line(serverId, { source, level, data, timestamp }) {
      const time = Date.parse(timestamp);
      const error = source === "stderr";
      const text = error ? data : `[${level.toUpperCase()}] ${data}`;
      const lines = text.replace(/\n$/, "").split("\n");
      store?.append(
        { kind: "mcp", name: serverId },
        lines.map((line) => ({ time, text: line, error })),
      );
    },
    status(serverId, status) {
      const runs = status === "running";
      if (runs === running.has(serverId) || status === "starting") return;
      if (runs) running.add(serverId);
      else running.delete(serverId);
      store?.append({ kind: "mcp", name: serverId }, [{ time: Date.now(), event: runs ? "started" : "ended" }]);
    },
  };
}
