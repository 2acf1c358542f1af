/** MCP Apps, revision 2026-01-26. Without the schema library. */
export const APPS_REVISION = "2026-01-26";
export const UI_EXTENSION = "io.modelcontextprotocol/ui";
export const APP_MIME_TYPE = "text/html;profile=mcp-app";
/** Path below which the API serves apps; the page may frame nothing else. */
export const APP_PATH = "/api/mcp-apps/";
/** Largest HTML of an app, in bytes. */
export const MAX_APP_BYTES = 5_000_000;

export const isAppUri = (uri: string): boolean => /^ui:\/\/\S+$/.test(uri);
