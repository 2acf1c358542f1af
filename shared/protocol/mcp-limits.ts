/** Bounds of the workbench of an MCP server, without the schema library. */
export const MAX_URI = 4_096;
export const MAX_ROOTS = 50;
export const MAX_SUBSCRIPTIONS = 100;
export const MAX_SAVED_CALLS = 200;
/** Time limit of a request to a server, in milliseconds: lowest, highest and default. */
export const CALL_TIMEOUT_MS = { min: 1_000, max: 600_000, default: 55_000 };

export const mcpLogLevels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"] as const;
