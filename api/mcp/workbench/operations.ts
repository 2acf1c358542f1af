import type { z } from "zod";
import { CALL_TIMEOUT_MS } from "../../../shared/protocol/mcp-limits.ts";
import type {
  completeMcpArgument,
  getMcpPrompt,
  McpCompletion,
  readMcpResource,
} from "../../../shared/protocol/mcp-workbench.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { McpConnection } from "../connection/connection.ts";
import { messages } from "../messages.ts";

type Json = Record<string, unknown>;

/** Longest wait for suggestions: they are asked for while someone types. */
const COMPLETE_MS = 5_000;
/** Suggestions that are passed on; the protocol allows 100. */
const MAX_VALUES = 100;
const MAX_VALUE = 2_000;

export async function readResource(
  connection: McpConnection,
  input: z.output<typeof readMcpResource>,
  signal: AbortSignal,
): Promise<{ uri: string; result: Json }> {
  const uri = "uri" in input ? input.uri : connection.expandTemplate(input.uriTemplate, input.values);
  const limitMs = input.timeoutMs ?? CALL_TIMEOUT_MS.default;
  return { uri, result: await connection.request("resources/read", { uri }, { limitMs, signal }) };
}

export function getPrompt(
  connection: McpConnection,
  { name, arguments: args, timeoutMs }: z.output<typeof getMcpPrompt>,
  signal: AbortSignal,
): Promise<Json> {
  const limitMs = timeoutMs ?? CALL_TIMEOUT_MS.default;
  return connection.request("prompts/get", { name, arguments: args }, { limitMs, signal });
}

/** Suggestions of the server; none when it offers no completion. @throws AppError */
export async function completeArgument(
  connection: McpConnection,
  { prompt, uriTemplate, argument, value, context }: z.output<typeof completeMcpArgument>,
  signal: AbortSignal,
): Promise<McpCompletion> {
  if ((prompt === undefined) === (uriTemplate === undefined)) {
    throw new AppError("invalid_input", messages.completionSubject);
  }
  if (connection.about().capabilities.completions === undefined) return { values: [], total: 0, hasMore: false };
  const ref = prompt === undefined ? { type: "ref/resource", uri: uriTemplate } : { type: "ref/prompt", name: prompt };
  const others = context === undefined ? undefined : { arguments: parseContext(context) };
  const params = { ref, argument: { name: argument, value }, ...(others ? { context: others } : {}) };
  const { completion } = await connection.request("completion/complete", params, { limitMs: COMPLETE_MS, signal });
  const given = (typeof completion === "object" && completion !== null ? completion : {}) as Json;
  const values = Array.isArray(given.values) ? given.values : [];
  return {
    values: values
      .filter((one): one is string => typeof one === "string")
      .slice(0, MAX_VALUES)
      .map((one) => one.slice(0, MAX_VALUE)),
    total: typeof given.total === "number" && Number.isFinite(given.total) ? given.total : null,
    hasMore: given.hasMore === true,
  };
}

function parseContext(text: string): Record<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new AppError("invalid_input", messages.completionContext);
  }
  const valid =
    typeof parsed === "object" &&
    parsed !== null &&
    !Array.isArray(parsed) &&
    Object.values(parsed).every((value) => typeof value === "string");
  if (!valid) throw new AppError("invalid_input", messages.completionContext);
  return parsed as Record<string, string>;
}
