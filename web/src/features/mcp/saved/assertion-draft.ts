import type { McpAssertion } from "../../../../../shared/protocol/mcp-workbench.ts";
import { savedMessages as texts } from "./messages.ts";

export const assertionKinds = ["succeeds", "fails", "contains", "exists", "equals", "matches", "within"] as const;
export type AssertionKind = (typeof assertionKinds)[number];

/** An assertion as it is typed: the fields of every kind, so that a change of the kind loses nothing. */
export interface AssertionDraft {
  kind: AssertionKind;
  text: string;
  path: string;
  value: string;
  schema: string;
  milliseconds: string;
}

export type AssertionErrors = Partial<Record<Exclude<keyof AssertionDraft, "kind">, string>>;

/** Longest time that an assertion may name. */
const MAX_MILLISECONDS = 600_000;

export const emptyDraft = (
  kind: AssertionKind,
  schema: Record<string, unknown> = { type: "object" },
): AssertionDraft => ({
  kind,
  text: "",
  path: kind === "matches" ? "/structuredContent" : "/content/0/text",
  value: "",
  schema: JSON.stringify(schema, null, 2),
  milliseconds: "1000",
});

export function toDraft(assertion: McpAssertion): AssertionDraft {
  const draft = emptyDraft(assertion.kind);
  switch (assertion.kind) {
    case "contains":
      return { ...draft, text: assertion.text };
    case "exists":
      return { ...draft, path: assertion.path };
    case "equals":
      return { ...draft, path: assertion.path, value: JSON.stringify(assertion.value, null, 2) };
    case "matches":
      return { ...draft, path: assertion.path, schema: JSON.stringify(assertion.schema, null, 2) };
    case "within":
      return { ...draft, milliseconds: String(assertion.milliseconds) };
    default:
      return draft;
  }
}

/** The assertion that was typed, or what is wrong with its fields. */
export function fromDraft(draft: AssertionDraft): { assertion: McpAssertion } | { errors: AssertionErrors } {
  const { kind, text, path } = draft;
  const atPath = path === "" || path.startsWith("/") ? {} : { path: texts.errors.path };
  const checked = (errors: AssertionErrors, assertion: McpAssertion) =>
    Object.keys(errors).length > 0 ? { errors } : { assertion };
  switch (kind) {
    case "succeeds":
    case "fails":
      return { assertion: { kind } };
    case "contains":
      return checked(text === "" ? { text: texts.errors.text } : {}, { kind, text });
    case "exists":
      return checked(atPath, { kind, path });
    case "equals": {
      const parsed = parse(draft.value);
      return checked(
        { ...atPath, ...(parsed ? {} : { value: texts.errors.value }) },
        { kind, path, value: parsed?.value },
      );
    }
    case "matches": {
      const schema = parseObject(draft.schema);
      const errors = { ...atPath, ...(schema ? {} : { schema: texts.errors.schema }) };
      return checked(errors, { kind, path, schema: schema ?? {} });
    }
    case "within": {
      const milliseconds = Number(draft.milliseconds);
      const valid = Number.isInteger(milliseconds) && milliseconds >= 1 && milliseconds <= MAX_MILLISECONDS;
      return checked(valid ? {} : { milliseconds: texts.errors.milliseconds }, { kind, milliseconds });
    }
  }
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

export function parseObject(text: string): Record<string, unknown> | undefined {
  const value = parse(text.trim() === "" ? "{}" : text)?.value;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** What an assertion says, on one line. */
export function assertionText(assertion: McpAssertion): string {
  const kind = texts.kinds[assertion.kind];
  switch (assertion.kind) {
    case "contains":
      return `${kind} ${JSON.stringify(assertion.text)}`;
    case "exists":
      return `${kind}: ${assertion.path || "/"}`;
    case "equals":
      return `${kind}: ${assertion.path || "/"} = ${JSON.stringify(assertion.value)}`;
    case "matches":
      return `${kind}: ${assertion.path || "/"}`;
    case "within":
      return `${kind} ${assertion.milliseconds} ms`;
    default:
      return kind;
  }
}
