import type { McpWireEntry } from "../../../shared/protocol/mcp-workbench.ts";
import { isTooDeep } from "../connection/depth.ts";
import type { McpDirection } from "../connection/peer.ts";

/** Messages and characters kept per server; the oldest are dropped. */
const MAX_ENTRIES = 1_000;
const MAX_CHARACTERS = 2_000_000;
/** Characters shown of one text in a message, and of a whole message. */
const MAX_STRING = 8_192;
const MAX_MESSAGE = 65_536;
/** Values looked at in one message: a huge list must not hold the process up. */
const MAX_VALUES = 20_000;
/** Requests without a response that are remembered for their time. */
const MAX_OPEN = 500;

export interface WireLog {
  add(direction: McpDirection, message: unknown): void;
  /** Messages after this number, oldest first. */
  entries(after: number): McpWireEntry[];
  clear(): void;
}

/** The latest JSON-RPC messages of one server in both directions. */
export function createWireLog(mask: (text: string) => string, onAdded: (sequence: number) => void): WireLog {
  const entries: McpWireEntry[] = [];
  const open = new Map<string, { method: string; at: number }>();
  let characters = 0;
  let sequence = 0;

  return {
    add(direction, message) {
      if (typeof message !== "object" || message === null) return;
      const { id, method, error } = message as { id?: unknown; method?: unknown; error?: unknown };
      const key = typeof id === "string" || typeof id === "number" ? id : null;
      const named = typeof method === "string" ? method.slice(0, 200) : null;
      const kind =
        named === null ? (error === undefined ? "response" : "error") : key === null ? "notification" : "request";
      const now = performance.now();
      let durationMs: number | null = null;
      let answered: string | null = null;
      if (kind === "request") {
        if (open.size >= MAX_OPEN) open.delete(open.keys().next().value ?? "");
        open.set(JSON.stringify([direction, key]), { method: named ?? "", at: now });
      } else if (key !== null && kind !== "notification") {
        const asked = JSON.stringify([direction === "sent" ? "received" : "sent", key]);
        const request = open.get(asked);
        open.delete(asked);
        answered = request?.method ?? null;
        durationMs = request ? Math.round((now - request.at) * 10) / 10 : null;
      }
      const { text, cut } = toBoundedJson(message);
      const entry: McpWireEntry = {
        sequence: ++sequence,
        direction,
        kind,
        method: named ?? answered,
        id: key,
        durationMs,
        bytes: Buffer.byteLength(text),
        message: mask(text),
        cut,
        timestamp: new Date().toISOString(),
      };
      entries.push(entry);
      characters += entry.message.length;
      while (entries.length > MAX_ENTRIES || characters > MAX_CHARACTERS) {
        characters -= entries.shift()?.message.length ?? 0;
      }
      onAdded(sequence);
    },
    entries: (after) => entries.filter((entry) => entry.sequence > after),
    clear() {
      entries.length = 0;
      characters = 0;
    },
  };
}

/** The JSON of a message, without the middle of long texts and the rest of long lists. */
export function toBoundedJson(message: unknown): { text: string; cut: boolean } {
  // Writing it would run out of stack.
  if (isTooDeep(message)) return { text: '"(nested too deeply)"', cut: true };
  let values = 0;
  let cut = false;
  const json = JSON.stringify(message, (_key, value: unknown) => {
    if (++values > MAX_VALUES) {
      cut = true;
      return undefined;
    }
    if (typeof value === "string" && value.length > MAX_STRING) {
      cut = true;
      return `${value.slice(0, 200).toWellFormed()}… (${value.length} characters)`;
    }
    if (Array.isArray(value) && value.length > MAX_VALUES) {
      cut = true;
      return value.slice(0, 100);
    }
    return value;
  });
  if (json.length <= MAX_MESSAGE) return { text: json, cut };
  return { text: `${json.slice(0, MAX_MESSAGE).toWellFormed()}…`, cut: true };
}
