import { specTypeSchemas } from "@modelcontextprotocol/client";
import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpTool } from "../../../shared/protocol/mcp.ts";
import { isAppUri } from "../../../shared/protocol/mcp-app-limits.ts";
import { MAX_URI } from "../../../shared/protocol/mcp-limits.ts";
import { isObject, type Json } from "../json.ts";
import { isTooDeep } from "./depth.ts";
import { messages } from "./messages.ts";

/** Names in `_meta` under which values pass the client that it would refuse elsewhere. */
const TOOL = "ai-desktop/tool";
/** In `_meta` of the result of a tool: its problems, one sentence each. */
export const PROBLEMS = "ai-desktop/problems";
/** Problems reported per response, and characters shown of an invalid part. */
const MAX_PROBLEMS = 20;
const MAX_PART = 4_000;
const MAX_DESCRIPTION = 20_000;
/** Levels of a tool with its schemas that are checked. */
const MAX_TOOL_DEPTH = 500;

/** Problems of a value of the protocol, such as `"title": expected string, received null`; empty for a valid one. */
export function issuesOf(
  type: "Tool" | "ContentBlock" | "CallToolResult" | "InitializeResult" | "Resource" | "ResourceTemplate" | "Prompt",
  value: unknown,
): string[] {
  // How deep the check gets before it runs out of stack depends on what was compiled before.
  if (type === "Tool" && isTooDeep(value, MAX_TOOL_DEPTH)) return [messages.result.tooDeep];
  const checked: unknown = specTypeSchemas[type]["~standard"].validate(value);
  // The check ran out of stack, and is tried again in a promise, which fails for the same reason.
  if (checked instanceof Promise) {
    checked.catch(() => {});
    return [messages.result.tooDeep];
  }
  const { issues } = checked as { issues?: readonly { message: string; path?: readonly unknown[] }[] };
  return (issues ?? []).slice(0, 3).map(({ message, path = [] }) => {
    const what = message.replace(/^Invalid input: /, "");
    return toSingleLine(path.length === 0 ? what : `"${path.map(String).join(".")}": ${what}`, 200);
  });
}

/**
 * A list in which each tool is valid, so that an odd one does not break the others. The client gets the least that it
 * accepts. {@link toTool} reads the original from `_meta`.
 */
export function repairTools(result: Json & { tools: unknown[] }): Json {
  return {
    ...result,
    tools: result.tools.map((tool, index) => {
      const valid = issuesOf("Tool", tool).length === 0;
      const given: Json = isObject(tool) ? tool : {};
      return {
        name: typeof given.name === "string" ? given.name : `unnamed tool ${index + 1}`,
        inputSchema: valid ? given.inputSchema : { type: "object" },
        _meta: { [TOOL]: tool },
      };
    }),
  };
}

/** A tool as it is listed, with the schema of the server if that is an object. */
export function toTool({ name, _meta }: { name: string; _meta?: Json | undefined }): McpTool {
  const original = _meta?.[TOOL];
  const given: Json = isObject(original) ? original : {};
  const issues = issuesOf("Tool", original);
  const { title, description, inputSchema, outputSchema, annotations } = given;
  return {
    name,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof description === "string" ? { description: description.slice(0, MAX_DESCRIPTION) } : {}),
    inputSchema: isObject(inputSchema) ? inputSchema : {},
    ...(isObject(outputSchema) ? { outputSchema } : {}),
    ...(isObject(annotations) ? { annotations } : {}),
    ...appOf(given._meta),
    ...(issues.length === 0 ? {} : { problem: messages.result.toolProblem(issues) }),
  };
}

/** What a tool says for MCP Apps, also in the form of earlier drafts. */
function appOf(meta: unknown): Pick<McpTool, "app"> {
  if (!isObject(meta)) return {};
  const ui = isObject(meta.ui) ? meta.ui : {};
  const given = ui.resourceUri ?? meta["ui/resourceUri"];
  const resourceUri = typeof given === "string" && given.length <= MAX_URI && isAppUri(given) ? given : null;
  const visibility = Array.isArray(ui.visibility)
    ? (["model", "app"] as const).filter((one) => (ui.visibility as unknown[]).includes(one))
    : null;
  return resourceUri === null && visibility === null ? {} : { app: { resourceUri, visibility } };
}

/** Whether a result is that of a tool call, by its shape. */
export const isCallResult = (result: Json): boolean =>
  "content" in result || "structuredContent" in result || "isError" in result;

/** A result of a tool in which each part is valid. An invalid part becomes text, and is reported in `_meta`. */
export function repairCallResult(result: Json, legacy: boolean): Json {
  const problems: string[] = [];
  const report = (problem: string) => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  const { content, structuredContent, isError, _meta, ...rest } = result;
  const parts = content === undefined ? [] : Array.isArray(content) ? content : [content];
  if (content !== undefined && !Array.isArray(content)) report(messages.result.noParts);
  const blocks = parts.map((part, index) => {
    if (issuesOf("ContentBlock", part).length === 0) return part;
    const kind = isObject(part) && typeof part.type === "string" ? part.type : undefined;
    report(messages.result.invalidPart(index + 1, kind));
    return { type: "text", text: asText(part) };
  });
  const structured = structuredContent !== undefined;
  const odd = structured && legacy && !isObject(structuredContent);
  if (odd) {
    report(messages.result.invalidStructure);
    blocks.push({ type: "text", text: asText(structuredContent) });
  }
  if (isError !== undefined && typeof isError !== "boolean") report(messages.result.unknownOutcome);
  const repaired: Json = {
    ...rest,
    content: blocks,
    ...(structured && !odd ? { structuredContent } : {}),
    ...(typeof isError === "boolean" ? { isError } : {}),
    ...(isObject(_meta) ? { _meta } : {}),
  };
  if (issuesOf("CallToolResult", repaired).length > 0) delete repaired._meta; // the only part that can still be invalid
  if (problems.length > 0)
    repaired._meta = { ...(isObject(repaired._meta) ? repaired._meta : {}), [PROBLEMS]: problems };
  return repaired;
}

function asText(part: unknown): string {
  if (isObject(part) && part.type === "text" && ["number", "boolean"].includes(typeof part.text))
    return String(part.text);
  if (typeof part === "string") return part;
  // Data of an image or sound would fill it.
  const json = JSON.stringify(part, (_key, value: unknown) =>
    typeof value === "string" && value.length > MAX_PART
      ? `${value.slice(0, 100)}… (${value.length} characters)`
      : value,
  );
  return json.length > MAX_PART ? `${json.slice(0, MAX_PART).toWellFormed()}…` : json;
}

/** A tool of a repaired list as the server sent it, or the least of it that a client accepts. */
export function originalTool(tool: unknown): unknown {
  if (!isObject(tool)) return undefined;
  const original = isObject(tool._meta) ? tool._meta[TOOL] : undefined;
  if (original === undefined) return tool;
  if (issuesOf("Tool", original).length === 0) return original;
  const { description, title } = toTool(tool as { name: string; _meta?: Json });
  return { name: tool.name, title, description, inputSchema: tool.inputSchema };
}
