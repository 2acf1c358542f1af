import JSON5 from "json5";
import { IMPORT_SERVERS_MAX, type McpImportPreview } from "../../../shared/protocol/mcp-import.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { isTooDeep } from "../connection/depth.ts";
import { isObject, type Json } from "../json.ts";
import { messages } from "./messages.ts";

/** Deepest nesting of a file: settings of an editor, of which servers are a part, nest less. */
const MAX_DEPTH = 100;

/** A file of servers as its client reads it, not yet checked. */
export interface ServerFile {
  form: McpImportPreview["form"];
  /** Names and descriptions, in the order of the file. */
  servers: [string, unknown][];
  /** Inputs of VS Code, by id. */
  inputs: Map<string, Json>;
}

const looksLikeServer = (value: unknown): boolean =>
  isObject(value) && ["command", "url", "serverUrl", "httpUrl"].some((field) => typeof value[field] === "string");

/**
 * Reads a file of MCP servers: `.mcp.json`, the forms of Claude, Cursor and VS Code (also inside its settings), a list of
 * servers by name, or one server. Comments, trailing commas and a missing pair of outer braces are accepted.
 *
 * @throws AppError `invalid_input` with the place of the fault
 */
export function readServerFile(text: string): ServerFile {
  const root = parse(text);
  if (isTooDeep(root, MAX_DEPTH)) throw new AppError("invalid_input", messages.tooDeep);
  if (!isObject(root)) throw new AppError("invalid_input", messages.noServers);
  const settings = isObject(root.mcp) ? root.mcp : root;
  if (isObject(root.mcpServers)) return toFile("mcpServers", root.mcpServers, root.inputs);
  if (isObject(settings.servers)) return toFile("vscode", settings.servers, settings.inputs);
  if (looksLikeServer(root)) return toFile("server", { [typeof root.name === "string" ? root.name : "server"]: root });
  const found = Object.entries(root).filter(([, value]) => looksLikeServer(value));
  if (found.length > 0) return toFile("servers", Object.fromEntries(found));
  throw new AppError("invalid_input", messages.noServers);
}

function toFile(form: ServerFile["form"], servers: Json, inputs: unknown = []): ServerFile {
  const list = Object.entries(servers);
  if (list.length === 0) throw new AppError("invalid_input", messages.noServers);
  if (list.length > IMPORT_SERVERS_MAX) throw new AppError("invalid_input", messages.tooMany(IMPORT_SERVERS_MAX));
  const known = (Array.isArray(inputs) ? inputs : [])
    .filter(isObject)
    .flatMap((input): [string, Json][] => (typeof input.id === "string" ? [[input.id, input]] : []));
  return { form, servers: list, inputs: new Map(known) };
}

function parse(text: string): unknown {
  const trimmed = text.replace(/^\uFEFF/, "").trim();
  try {
    return JSON5.parse(trimmed);
  } catch (error) {
    // Documents of servers often show the entry alone: `"name": { … }`.
    if (/^["'\w]/.test(trimmed)) {
      try {
        return JSON5.parse(`{${trimmed}}`);
      } catch {
        // The first error is about the text as it was given.
      }
    }
    const why = error instanceof Error ? error.message.replace(/^JSON5: /, "") : String(error);
    throw new AppError("invalid_input", messages.notJson(why), { cause: error });
  }
}
