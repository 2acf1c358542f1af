import { expect, it } from "vitest";
import type { McpWireEntry } from "../../../../../shared/protocol/mcp-workbench.ts";
import { readSession, toComparable, toSession } from "./replay.ts";

const entry = (direction: "sent" | "received", message: object, cut = false): McpWireEntry => ({
  sequence: 1,
  direction,
  kind: "request",
  method: null,
  id: null,
  durationMs: null,
  bytes: 1,
  message: JSON.stringify(message),
  cut,
  ofProgram: false,
  hidden: false,
  timestamp: "2026-01-01T00:00:00Z",
});
const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "a", _meta: { progressToken: 2 } } };

it("reads the requests of a session with what came of each", () => {
  const session = toSession("files", [
    entry("sent", { jsonrpc: "2.0", id: 1, method: "initialize", params: {} }),
    entry("received", { jsonrpc: "2.0", id: 1, result: {} }),
    entry("sent", call),
    entry("received", { jsonrpc: "2.0", method: "notifications/progress", params: {} }),
    entry("received", { jsonrpc: "2.0", id: 2, method: "roots/list" }),
    entry("received", { jsonrpc: "2.0", id: 2, result: { content: [] } }),
    entry("sent", { ...call, id: 3 }, true),
    entry("sent", { ...call, id: 4 }),
  ]);
  expect(readSession(session)).toEqual([
    { method: "tools/call", params: { name: "a" }, outcome: { content: [] } },
    { method: "tools/call", params: { name: "a" }, outcome: undefined },
  ]);
});

it("reads no other file", () => {
  for (const text of ["", "{}", "[1]", "null", '{"format":"ai-desktop/mcp-session","entries":5}']) {
    expect(readSession(text)).toBeUndefined();
  }
  expect(readSession('{"format":"ai-desktop/mcp-session","entries":[null,5,{"message":"{"}]}')).toEqual([]);
});

it("compares results without the order of names", () => {
  expect(toComparable({ a: 1, b: { d: 1, c: [2, 1] } })).toBe(toComparable({ b: { c: [2, 1], d: 1 }, a: 1 }));
  expect(toComparable({ a: [1, 2] })).not.toBe(toComparable({ a: [2, 1] }));
});
