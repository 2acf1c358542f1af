import type { McpServerStatus } from "../../../../../shared/protocol/mcp.ts";
import type { Tone } from "../../../ui/Badge.tsx";

export const statusDisplay: Record<McpServerStatus, { tone: Tone; pulse: boolean; text: string }> = {
  running: { tone: "ok", pulse: false, text: "Running" },
  starting: { tone: "info", pulse: true, text: "Starting" },
  idle: { tone: "neutral", pulse: false, text: "Idle" },
  stopped: { tone: "neutral", pulse: false, text: "Stopped" },
  failed: { tone: "bad", pulse: false, text: "Failed" },
};
