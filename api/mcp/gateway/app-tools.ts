import { UI_EXTENSION } from "../../../shared/protocol/mcp-app-limits.ts";
import { isObject, type Json } from "../json.ts";

/** Whether a client shows MCP Apps, by the capabilities that it declared. */
export const showsApps = (capabilities: Json): boolean =>
  isObject(capabilities.extensions) && isObject(capabilities.extensions[UI_EXTENSION]);

/**
 * Whether a tool is for apps only. Servers list such tools because the panel shows apps; the model of a client that does
 * not must not be offered them.
 */
export function isForAppsOnly({ _meta }: Json): boolean {
  const ui = isObject(_meta) && isObject(_meta.ui) ? _meta.ui : {};
  return Array.isArray(ui.visibility) && !ui.visibility.includes("model");
}
