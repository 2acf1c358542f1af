import { expect, test } from "vitest";
import type { McpAssertion, McpSavedCall } from "../../../../../shared/protocol/mcp-workbench.ts";
import { assertionText, emptyDraft, fromDraft, toDraft } from "./assertion-draft.ts";
import { contentOf, readSavedCalls, toSavedCallsFile } from "./saved-calls-file.ts";

const assertions: McpAssertion[] = [
  { kind: "succeeds" },
  { kind: "fails" },
  { kind: "contains", text: "hello" },
  { kind: "exists", path: "/content/0" },
  { kind: "equals", path: "", value: { a: [null] } },
  { kind: "matches", path: "/structuredContent", schema: { type: "object" } },
  { kind: "within", milliseconds: 250 },
];

test("an assertion of each kind survives its form", () => {
  expect(assertions.map((assertion) => fromDraft(toDraft(assertion)))).toEqual(
    assertions.map((assertion) => ({ assertion })),
  );
  expect(new Set(assertions.map(assertionText)).size).toBe(assertions.length);
});

test.for([
  [{ ...emptyDraft("contains"), text: "" }, "text"],
  [{ ...emptyDraft("exists"), path: "content" }, "path"],
  [{ ...emptyDraft("equals"), value: "{" }, "value"],
  [{ ...emptyDraft("equals"), value: "" }, "value"],
  [{ ...emptyDraft("matches"), schema: "[]" }, "schema"],
  [{ ...emptyDraft("within"), milliseconds: "0" }, "milliseconds"],
  [{ ...emptyDraft("within"), milliseconds: "1e9" }, "milliseconds"],
] as const)("names the field that is wrong: %j", ([draft, field]) => {
  const read = fromDraft(draft);
  expect("errors" in read && Object.keys(read.errors)).toEqual([field]);
});

test("exported calls are read again without ids and results, and other files are refused", () => {
  const call: McpSavedCall = {
    id: "1",
    name: "Echo",
    method: "tools/call",
    params: { name: "echo" },
    assertions,
    savedAt: "2026-01-01T00:00:00.000Z",
    lastCheck: null,
  };
  const file = toSavedCallsFile("everything", [call]);
  expect(file).not.toContain("savedAt");
  expect(readSavedCalls(file)).toEqual([contentOf(call)]);
  expect(readSavedCalls(JSON.stringify({ success: true, calls: [call] }))).toEqual([contentOf(call)]);
  for (const other of [
    "",
    "[]",
    "{}",
    '{"format":"ai-desktop/mcp-session","entries":[]}',
    toSavedCallsFile("everything", []),
  ]) {
    expect(readSavedCalls(other)).toBeUndefined();
  }
});
