import { expect, it } from "vitest";
import type { McpLog } from "../../../../../shared/protocol/events/mcp.ts";
import type { StoredLogLine } from "../../../../../shared/protocol/log-search.ts";
import { eventually } from "../../../../../shared/testing/eventually.ts";
import type { LogHandlers } from "../../logs/live/live-logs.ts";
import { openMcpLog } from "./mcp-log.ts";
import { recentLog } from "./recent-log.ts";

const log = (data: string, fields: Partial<McpLog> = {}): McpLog => ({
  serverId: "a",
  source: "stderr",
  level: "info",
  data,
  timestamp: `t-${data}`,
  ...fields,
});

function start(recent: Promise<McpLog[]>) {
  let push: (log: McpLog) => void = () => {};
  let stopped = 0;
  const lines: string[] = [];
  const states: string[] = [];
  const handlers: LogHandlers = {
    onLogs: ({ data }) => lines.push(data),
    onGap: () => {},
    onClosed: ({ code }) => states.push(code),
    onState: (state) => states.push(state),
    onError: ({ message }) => states.push(message),
  };
  let tell: (status: { serverId: string; status: "starting" | "failed" }) => void = () => {};
  const stop = () => {
    stopped++;
  };
  const close = openMcpLog("a", {
    recent: () => recent,
    join: () => stop,
    onLog: (listener) => {
      push = listener;
      return stop;
    },
    onStatus: (listener) => {
      tell = listener;
      return stop;
    },
  })(handlers);
  return {
    push: (entry: McpLog) => push(entry),
    tell: (s: Parameters<typeof tell>[0]) => tell(s),
    lines,
    states,
    close,
    stopped: () => stopped,
  };
}

it("shows stored lines first, and lines that arrived in the meantime once", async () => {
  const { push, lines, close, stopped } = start(Promise.resolve([log("one"), log("two")]));
  push(log("two"));
  push(log("three", { source: "notification", level: "warning" }));
  push(log("elsewhere", { serverId: "b" }));
  await eventually(() => expect(lines).toEqual(["one\n", "two\n", "[WARNING] three\n"]));
  push(log("four\n"));
  expect(lines.at(-1)).toBe("four\n");
  close();
  expect(stopped()).toBe(3);
});

it("continues live without stored lines, and reports restarts and failures", async () => {
  const { push, tell, lines, states } = start(Promise.reject(new Error("no")));
  push(log("one"));
  await eventually(() => expect(lines).toEqual(["one\n"]));
  tell({ serverId: "a", status: "starting" });
  tell({ serverId: "a", status: "failed" });
  expect(states).toEqual(["restarted", "failed"]);
});

it("shows what is stored from before the start of the panel, and still shows the rest when nothing is stored", async () => {
  const line = (text: string, stream: "stdout" | "stderr") => ({ text, stream, time: "2026-01-01T00:00:00.123456Z" });
  const queries: unknown[] = [];
  const stored = async (query: unknown) => {
    queries.push(query);
    // Newest first, as the API returns them.
    return { lines: [line("[WARNING] low", "stdout"), line("[note] up", "stderr")] as StoredLogLine[] };
  };
  const inMemory = async () => [log("now", { timestamp: "2026-01-02T00:00:00.000Z" })];
  const entries = await recentLog("a", { inMemory, stored });
  expect(entries.map(({ source, level, data }) => [source, level, data])).toEqual([
    ["stderr", "info", "[note] up"],
    ["notification", "warning", "low"],
    ["stderr", "info", "now"],
  ]);
  expect(queries).toEqual([
    [
      ["mcp", "a"],
      ["limit", "500"],
      ["until", "2026-01-01T23:59:59.999Z"],
    ],
  ]);
  expect(await recentLog("a", { inMemory, stored: () => Promise.reject(new Error("off")) })).toHaveLength(1);
});
