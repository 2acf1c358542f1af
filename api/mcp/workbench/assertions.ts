import { isDeepStrictEqual } from "node:util";
import type { McpAssertion } from "../../../shared/protocol/mcp-workbench.ts";

/** What came of a call. */
export interface CallOutcome {
  /** Null when the call itself failed. */
  result: Record<string, unknown> | null;
  durationMs: number;
}

/** One sentence for each assertion that does not hold. */
export function failuresOf(assertions: readonly McpAssertion[], outcome: CallOutcome): string[] {
  return assertions.flatMap((assertion) => failureOf(assertion, outcome) ?? []);
}

function failureOf(assertion: McpAssertion, { result, durationMs }: CallOutcome): string | undefined {
  const failed = result === null || result.isError === true;
  switch (assertion.kind) {
    case "succeeds":
      return failed ? "The call failed." : undefined;
    case "fails":
      return failed ? undefined : "The call succeeded.";
    case "contains":
      return result !== null && textsOf(result).some((text) => text.includes(assertion.text))
        ? undefined
        : `No text of the result contains ${quoted(assertion.text)}.`;
    case "equals": {
      const found = valueAt(result, assertion.path);
      if (found === undefined) return `The result has no value at ${assertion.path || "its root"}.`;
      return isDeepStrictEqual(found.value, assertion.value)
        ? undefined
        : `${assertion.path || "The result"} is ${quoted(found.value)}, not ${quoted(assertion.value)}.`;
    }
    case "within":
      return durationMs <= assertion.milliseconds
        ? undefined
        : `The call took ${Math.round(durationMs)} ms, more than ${assertion.milliseconds} ms.`;
  }
}

const quoted = (value: unknown): string => {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 200 ? `${text.slice(0, 200).toWellFormed()}…` : text;
};

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
