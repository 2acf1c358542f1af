import type { McpSavedCall } from "../../../../../shared/protocol/mcp-workbench.ts";
import type { SavedCallInput } from "./saved-calls-api.ts";

export const SAVED_CALLS_FORMAT = "ai-desktop/mcp-saved-calls";

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What of a saved call is its content: without its id, its time and its latest check. */
export const contentOf = ({ name, method, params, assertions }: McpSavedCall): SavedCallInput => ({
  name,
  method,
  params,
  assertions,
});

/** Saved calls as a file that {@link readSavedCalls} takes. */
export const toSavedCallsFile = (server: string, calls: readonly McpSavedCall[]): string =>
  `${JSON.stringify({ format: SAVED_CALLS_FORMAT, server, calls: calls.map(contentOf) }, null, 2)}\n`;

/** The calls of an exported file, or of the list of the API; undefined for another file. The API checks each call. */
export function readSavedCalls(text: string): SavedCallInput[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  const known = isObject(parsed) && (parsed.format === SAVED_CALLS_FORMAT || parsed.success === true);
  if (!known || !isObject(parsed) || !Array.isArray(parsed.calls) || parsed.calls.length === 0) return undefined;
  return parsed.calls.every(isObject)
    ? parsed.calls.map((call) => contentOf(call as unknown as McpSavedCall))
    : undefined;
}
