/** Address of the gateway below the origin of the panel. */
export const MCP_GATEWAY_PATH = "/api/agent/mcp";
/** Longest name of a tool or prompt that clients accept, in characters. */
export const EXPOSED_NAME_MAX = 64;

/** Limits of the gateway: smallest and largest value, and the default. */
export const gatewayLimits = {
  timeoutSeconds: { min: 1, max: 3_600, default: 60 },
  callsPerMinute: { min: 1, max: 100_000, default: 600 },
} as const;

/** What a server offers through the gateway. */
export const gatewayItemKinds = ["tool", "resource", "template", "prompt"] as const;
export type GatewayItemKind = (typeof gatewayItemKinds)[number];

/** How a call through the gateway ended, or that it runs. */
export const gatewayCallStates = ["running", "done", "failed", "cancelled", "timed-out", "stopped"] as const;
export type GatewayCallState = (typeof gatewayCallStates)[number];
