import type { GatewayItemKind } from "../../../shared/protocol/mcp-gateway-limits.ts";
import type { McpUpstream } from "../host/host.ts";
import { isObject, type Json } from "./json-rpc.ts";

/** What one server offers, by kind. Each item has the field that names it. */
export type Catalogue = Record<GatewayItemKind, Json[]> & { instructions?: string };

const MAX_PAGES = 20;
const MAX_ITEMS = 2_000;
/** Longest description of one server's items together, in characters of JSON: further items are left out. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_INSTRUCTIONS = 2_000;
const MAX_ITEM_CHARACTERS = 256 * 1024;
/** Longest wait for one page, in milliseconds. */
const PAGE_MS = 15_000;

/** The field that names an item, and how a server lists it. */
export const kinds = {
  tool: { method: "tools/list", list: "tools", key: "name", capability: "tools" },
  resource: { method: "resources/list", list: "resources", key: "uri", capability: "resources" },
  template: {
    method: "resources/templates/list",
    list: "resourceTemplates",
    key: "uriTemplate",
    capability: "resources",
  },
  prompt: { method: "prompts/list", list: "prompts", key: "name", capability: "prompts" },
} as const satisfies Record<GatewayItemKind, { method: string; list: string; key: string; capability: string }>;

/**
 * Reads what a server offers. A kind that the server does not have, or fails to list, is empty: the others still work.
 * Items without a name, a second item of the same name, and what is above the bounds are left out.
 */
export async function readCatalogue(connection: McpUpstream): Promise<Catalogue> {
  const { capabilities, instructions } = await connection.wake();
  // The schemas of the client library are loaded with the first connection.
  const { originalTool } = await import("../connection/repair.ts");
  let characters = 0;
  const read = async (kind: GatewayItemKind): Promise<Json[]> => {
    const { method, list, key, capability } = kinds[kind];
    if (capabilities[capability] === undefined) return [];
    const items = new Map<string, Json>();
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES && items.size < MAX_ITEMS; page++) {
      const params = cursor === undefined ? {} : { cursor };
      const result = await connection.request(method, params, { limitMs: PAGE_MS }).catch(() => undefined);
      const given = result?.[list];
      for (const value of Array.isArray(given) ? given : []) {
        const item = kind === "tool" ? originalTool(value) : value;
        if (!isObject(item) || items.size >= MAX_ITEMS) continue;
        const name = item[key];
        if (typeof name !== "string" || name === "" || name.length > 2_048 || items.has(name)) continue;
        const length = JSON.stringify(item).length;
        if (length > MAX_ITEM_CHARACTERS || characters + length > MAX_CHARACTERS) continue;
        characters += length;
        items.set(name, withoutControls(item) as Json);
      }
      const next = result?.nextCursor;
      if (typeof next !== "string" || next === cursor) break;
      cursor = next;
    }
    return [...items.values()];
  };
  // One after the other: a server of one thread answers them so anyway, and the bound is shared.
  return {
    tool: await read("tool"),
    resource: await read("resource"),
    template: await read("template"),
    prompt: await read("prompt"),
    instructions: instructions?.slice(0, MAX_INSTRUCTIONS),
  };
}

/** Titles and descriptions reach terminals: control characters, such as those of colours, are removed. Names keep theirs. */
function withoutControls(value: unknown, depth = 0): unknown {
  if (depth > 2 || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      typeof part === "string" && (name === "title" || name === "description")
        ? // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes control characters
          part.replace(/\u001b\[[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
        : name === "annotations" || name === "arguments"
          ? withoutControls(part, depth + 1)
          : part,
    ]),
  );
}
