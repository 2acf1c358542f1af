import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { type McpTestServer, smallServerScript, startMcpServer } from "../testing.ts";
import { startGateway, type TestGateway } from "./testing.ts";

const CALLS = 60;

let gateway: TestGateway;
let http: McpTestServer;
/** Abort listeners that were added and not removed, by signal. One that calls share must not collect theirs. */
const listeners = new Map<AbortSignal, number>();
const warnings: string[] = [];
const onWarning = ({ name }: Error) => void warnings.push(name);
const { addEventListener, removeEventListener } = EventTarget.prototype;
const count = (target: EventTarget, more: number) => {
  if (target instanceof AbortSignal) listeners.set(target, (listeners.get(target) ?? 0) + more);
};

beforeAll(async () => {
  EventTarget.prototype.addEventListener = function (...args: Parameters<typeof addEventListener>) {
    count(this, 1);
    addEventListener.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (...args: Parameters<typeof removeEventListener>) {
    count(this, -1);
    removeEventListener.apply(this, args);
  };
  process.on("warning", onWarning);
  gateway = await startGateway();
  http = await startMcpServer();
});
afterAll(async () => {
  await gateway.close();
  await http.close();
  process.off("warning", onWarning);
  Object.assign(EventTarget.prototype, { addEventListener, removeEventListener });
});

const active = (...names: string[]) => process.getActiveResourcesInfo().filter((name) => names.includes(name)).length;

test("calls to a local and a remote server leave no listener, timer, connection or process behind", async () => {
  await gateway.expose("remote", { type: "http", url: http.url });
  const args = ["--input-type=module", "-e", smallServerScript];
  await gateway.expose("local", { type: "stdio", command: process.execPath, args });
  const { secret } = await gateway.key();
  const headers = { Authorization: `Bearer ${secret}` };
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "plain", version: "1" } };
  const opened = await gateway.post({ jsonrpc: "2.0", id: 0, method: "initialize", params }, headers);
  const session = { ...headers, "Mcp-Session-Id": opened.headers.get("Mcp-Session-Id") ?? "" };
  // Not by the official client: its own requests leave listeners behind, which would hide those of the panel.
  const call = async (name: string) => {
    const params = { name, arguments: {} };
    const response = await gateway.post({ jsonrpc: "2.0", id: 1, method: "tools/call", params }, session);
    expect(await response.json()).toHaveProperty("result");
  };
  const callBoth = async (times: number) => {
    for (let index = 0; index < times; index++) {
      await call("remote__good");
      await call("local__pid");
    }
  };
  await callBoth(10);
  const before = [active("Timeout"), active("TCPSocketWrap", "PipeWrap"), active("ProcessWrap")];
  await callBoth(CALLS);
  expect(Math.max(...listeners.values())).toBeLessThan(CALLS / 3);
  expect(warnings.filter((name) => name.includes("MaxListeners"))).toEqual([]);
  // Rows of the history and events for the page wait for their turn.
  await eventually(() => active("Timeout") <= (before[0] ?? 0));
  expect(active("TCPSocketWrap", "PipeWrap")).toBeLessThanOrEqual(before[1] ?? 0);
  expect(active("ProcessWrap")).toBe(before[2]);
  // One session serves all calls.
  expect(http.seen.filter((method) => method === "initialize")).toHaveLength(1);
});
