import type { GatewayItemKind } from "../../../shared/protocol/mcp-gateway-limits.ts";
import { isTooDeep } from "../connection/depth.ts";
import type { McpUpstream } from "../host/host.ts";
import { isObject, type Json } from "../json.ts";
import { toVisible } from "./visible-text.ts";

/** What one server offers, by kind. Each item has the field that names it. */
export type Catalogue = Record<GatewayItemKind, Json[]> & { instructions?: string };

const MAX_PAGES = 20;
const MAX_ITEMS = 2_000;
/** Longest description of one server's items together, in characters of JSON: further items are left out. */
const MAX_CHARACTERS = 4 * 1024 * 1024;
const MAX_INSTRUCTIONS = 2_000;
const MAX_ITEM_CHARACTERS = 256 * 1024;
/** Longest wait for one page, and for all lists of a server, in milliseconds. */
const PAGE_MS = 15_000;
const ALL_MS = 60_000;
/** Deepest nesting of an item: a schema takes about three levels for each level of arguments. */
const MAX_DEPTH = 100;

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
 * Items without a name, a second item of the same name, addresses with characters that nobody sees, and what is above the
 * bounds are left out.
 */
export async function readCatalogue(connection: McpUpstream): Promise<Catalogue> {
  const { capabilities, instructions } = await connection.wake();
  // The schemas of the client library are loaded with the first connection.
  const { originalTool } = await import("../connection/repair.ts");
  let characters = 0;
  const deadline = performance.now() + ALL_MS;
  const read = async (kind: GatewayItemKind): Promise<Json[]> => {
    const { method, list, key, capability } = kinds[kind];
    if (capabilities[capability] === undefined) return [];
    const items = new Map<string, Json>();
    let cursor: unknown;
    for (let page = 0; page < MAX_PAGES && items.size < MAX_ITEMS; page++) {
      const limitMs = Math.min(PAGE_MS, Math.round(deadline - performance.now()));
      if (limitMs < 1) break;
      const params = cursor === undefined ? {} : { cursor };
      const result = await connection.request(method, params, { limitMs }).catch(() => undefined);
      const given = result?.[list];
      for (const value of Array.isArray(given) ? given : []) {
        const item = kind === "tool" ? originalTool(value) : value;
        if (!isObject(item) || items.size >= MAX_ITEMS) continue;
        const name = item[key];
        if (typeof name !== "string" || name === "" || name.length > 2_048 || items.has(name)) continue;
        // Names are made visible later. An address is looked up as it is: one that hides a part is not offered.
        if (isTooDeep(item, MAX_DEPTH) || (key !== "name" && toVisible(name) !== name)) continue;
        const length = JSON.stringify(item).length;
        if (length > MAX_ITEM_CHARACTERS || characters + length > MAX_CHARACTERS) continue;
        characters += length;
        items.set(name, withVisibleTexts(item, key));
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
    instructions: instructions === undefined ? undefined : toVisible(instructions.slice(0, MAX_INSTRUCTIONS)),
  };
}

/** Parts of a schema that hold values, not texts about them. */
const valueParts = new Set(["const", "default", "enum", "examples"]);

/** An item whose titles and descriptions, in its schemas too, show all that they hold. What names it stays as it is. */
function withVisibleTexts(item: Json, key: string): Json {
  const isText = (name: string, isItem: boolean) =>
    name === "title" || name === "description" || (isItem && name === "name" && key !== "name");
  const read = (value: unknown, isItem: boolean): unknown => {
    if (Array.isArray(value)) return value.map((one) => read(one, false));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => {
        if (typeof part === "string") return [name, isText(name, isItem) ? toVisible(part) : part];
        return [name, valueParts.has(name) ? part : read(part, false)];
      }),
    );
  };
  return read(item, true) as Json;
}
