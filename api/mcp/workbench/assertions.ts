import { isDeepStrictEqual } from "node:util";
import { briefJson } from "../../../shared/mcp/brief-json.ts";
import { mismatchesOf } from "../../../shared/mcp/schema-check.ts";
import type { McpAssertion, McpOutcome } from "../../../shared/protocol/mcp-workbench.ts";

/** Characters kept of an expected or found value, and of one that is named in a sentence. */
const MAX_VALUE = 1_000;
const MAX_QUOTED = 200;

/** What came of a call. */
export interface CallOutcome {
  /** Null when the call itself failed. */
  result: Record<string, unknown> | null;
  durationMs: number;
}

/** What came of each assertion, in their order. */
export const outcomesOf = (assertions: readonly McpAssertion[], outcome: CallOutcome): McpOutcome[] =>
  assertions.map((assertion) => outcomeOf(assertion, outcome));

const passed: McpOutcome = { passed: true, message: null, expected: null, actual: null };

/** An assertion that does not hold, with the two values where there are such. */
const failed = (message: string, values?: { expected: unknown; actual: unknown }): McpOutcome => ({
  passed: false,
  message,
  expected: values ? shown(values.expected) : null,
  actual: values ? shown(values.actual) : null,
});

function outcomeOf(assertion: McpAssertion, { result, durationMs }: CallOutcome): McpOutcome {
  const callFailed = result === null || result.isError === true;
  switch (assertion.kind) {
    case "succeeds":
      return callFailed ? failed("The call failed.") : passed;
    case "fails":
      return callFailed ? passed : failed("The call succeeded.");
    case "contains": {
      const texts = result === null ? [] : textsOf(result);
      if (texts.some((text) => text.includes(assertion.text))) return passed;
      const content = result?.content ?? result;
      return failed(`No text of the result contains ${quoted(assertion.text)}.`, {
        expected: assertion.text,
        actual: content,
      });
    }
    case "exists":
      return valueAt(result, assertion.path) ? passed : failed(nothingAt(assertion.path));
    case "equals": {
      const found = valueAt(result, assertion.path);
      if (!found) return failed(nothingAt(assertion.path), { expected: assertion.value, actual: undefined });
      if (isDeepStrictEqual(found.value, assertion.value)) return passed;
      return failed(`${assertion.path || "The result"} is ${quoted(found.value)}, not ${quoted(assertion.value)}.`, {
        expected: assertion.value,
        actual: found.value,
      });
    }
    case "matches": {
      const found = valueAt(result, assertion.path);
      if (!found) return failed(nothingAt(assertion.path));
      const mismatches = mismatchesOf(found.value, assertion.schema);
      if (mismatches.length === 0) return passed;
      const message = `${assertion.path || "The result"} does not match the schema: ${mismatches.join(" ")}`;
      return failed(message.slice(0, MAX_VALUE), { expected: assertion.schema, actual: found.value });
    }
    case "within":
      return durationMs <= assertion.milliseconds
        ? passed
        : failed(`The call took ${Math.round(durationMs)} ms, more than ${assertion.milliseconds} ms.`);
  }
}

const nothingAt = (path: string) => `The result has no value at ${path || "its root"}.`;

const quoted = (value: unknown): string => briefJson(value, MAX_QUOTED) ?? "undefined";
const shown = (value: unknown): string | null => briefJson(value, MAX_VALUE, 2) ?? null;

/** All texts of a value, in the order of their places; at most 10,000 values are looked at. */
function textsOf(value: unknown): string[] {
  const texts: string[] = [];
  const open: unknown[] = [value];
  for (let seen = 0; open.length > 0 && seen < 10_000; seen++) {
    const one = open.pop();
    if (typeof one === "string") texts.push(one);
    else if (typeof one === "object" && one !== null) open.push(...Object.values(one).slice(0, 10_000));
  }
  return texts;
}

/** The value at a JSON Pointer (RFC 6901); undefined when there is none. */
export function valueAt(value: unknown, pointer: string): { value: unknown } | undefined {
  let current: unknown = value;
  for (const part of pointer.split("/").slice(1)) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Record<string, unknown>)[name];
  }
  return { value: current };
}
