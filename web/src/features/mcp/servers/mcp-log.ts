import type { McpLog } from "../../../../../shared/protocol/events/mcp.ts";
import type { McpServerStatus } from "../../../../../shared/protocol/mcp.ts";
import type { OpenLog } from "../../logs/live/live-logs.ts";
import type { LogBatch } from "../../logs/live/log-entry.ts";

export interface McpLogDeps {
  /** What the API remembers of the server's log, oldest first. */
  recent(): Promise<McpLog[]>;
  join(onError: (error: { message: string }) => void): () => void;
  onLog(listener: (log: McpLog) => void): () => void;
  onStatus(listener: (status: { serverId: string; status: McpServerStatus }) => void): () => void;
}

/** Live entries held back until the remembered ones are here. */
const HELD_MAX = 5_000;

const keyOf = (log: McpLog) => JSON.stringify([log.timestamp, log.source, log.level, log.data]);

function toBatch({ source, level, data, timestamp }: McpLog): LogBatch {
  const text = data.endsWith("\n") ? data : `${data}\n`;
  return source === "stderr"
    ? { data: text, timestamp, type: "error" }
    : { data: `[${level.toUpperCase()}] ${text}`, timestamp };
}

/** The log of one server: what is remembered first, then what comes, none of it twice. */
export function openMcpLog(serverId: string, deps: McpLogDeps): OpenLog {
  return (handlers) => {
    let held: McpLog[] | null = [];
    let ended = false;
    const stops = [
      deps.onLog((log) => {
        if (log.serverId !== serverId) return;
        if (held === null) handlers.onLogs(toBatch(log));
        else if (held.length < HELD_MAX) held.push(log);
      }),
      deps.onStatus(({ serverId: id, status }) => {
        if (id !== serverId) return;
        if (status === "starting") handlers.onState("restarted");
        else if (status === "running") handlers.onState("live");
        else handlers.onClosed({ code: status === "failed" ? "failed" : "exited" });
      }),
      deps.join(handlers.onError),
    ];
    void deps
      .recent()
      .catch(() => [])
      .then((entries) => {
        if (ended) return;
        const known = new Set(entries.map(keyOf));
        for (const log of entries) handlers.onLogs(toBatch(log));
        for (const log of held ?? []) if (!known.has(keyOf(log))) handlers.onLogs(toBatch(log));
        held = null;
      });
    return () => {
      ended = true;
      for (const stop of stops) stop();
    };
  };
}
