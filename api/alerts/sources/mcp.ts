import type { McpServer } from "../../../shared/protocol/mcp.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { McpHost } from "../../mcp/host/host.ts";
import type { SignalSink } from "../engine/engine.ts";
import { createPoll } from "./poll.ts";
import type { SignalSource } from "./source.ts";

const POLL_INTERVAL_MS = 10_000;

/**
 * MCP servers that should run and do not, and that failed again and again. Servers of the same name are one subject. It
 * reads while an enabled rule needs it.
 */
export function createMcpSource(
  mcp: Pick<McpHost, "list" | "onFailure">,
  sink: SignalSink,
  log: Log,
  intervalMs = POLL_INTERVAL_MS,
): SignalSource {
  let isWanted = false;
  const poll = createPoll(
    async () => {
      const servers = mcp.list();
      const names = new Set(servers.map(({ name }) => name));
      for (const name of names) {
        const subject = { kind: "mcp", name } as const;
        const down = servers.find((server) => server.name === name && isDown(server));
        const detail = down ? (down.message ?? "it is being started again") : "it runs, or was stopped";
        sink.report("mcp-failed", subject, { active: down !== undefined, detail });
        sink.hold(subject, down ? detail : null);
      }
      sink.settle("mcp", names);
    },
    intervalMs,
    log,
    "MCP",
  );
  const stop = mcp.onFailure(({ name, why }) => {
    if (isWanted) sink.report("mcp-restarts", { kind: "mcp", name }, { occurrences: 1, detail: why });
  });
  return {
    want(rules) {
      isWanted = rules.some(({ condition }) => condition.kind.startsWith("mcp-"));
      poll.set(isWanted);
    },
    async close() {
      stop();
      await poll.close();
    },
  };
}

/** A new try of one that failed does not end the alert: it may fail as the last one did. */
const isDown = ({ status, restarts }: McpServer): boolean =>
  status === "failed" || (status === "starting" && restarts.count > 0);
