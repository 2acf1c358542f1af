import { maskText } from "../../../shared/logs/masking.ts";
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
  /** @param ofProgram whether it is about a call of a program behind the gateway; a response is like its request */
  add(direction: McpDirection, message: unknown, ofProgram?: boolean): void;
  /**
   * Messages after this number, oldest first.
   *
   * @param all with the content of messages of programs; otherwise they show what was called, and when
   */
  entries(after: number, all: boolean): McpWireEntry[];
  clear(): void;
}

/** The latest JSON-RPC messages of one server in both directions. */
export function createWireLog(mask: (text: string) => string, onAdded: (sequence: number) => void): WireLog {
  const entries: (McpWireEntry & { outline: string })[] = [];
  const open = new Map<string, { method: string; at: number; ofProgram: boolean }>();
  let characters = 0;
  let sequence = 0;

  return {
    add(direction, message, ofProgram = false) {
      if (typeof message !== "object" || message === null) return;
      const { id, method, error } = message as { id?: unknown; method?: unknown; error?: unknown };
      const key = typeof id === "string" || typeof id === "number" ? id : null;
      const named = typeof method === "string" ? method.slice(0, 200) : null;
      const kind =
        named === null ? (error === undefined ? "response" : "error") : key === null ? "notification" : "request";
      const now = performance.now();
      let durationMs: number | null = null;
      let answered: string | null = null;
      let isOfProgram = ofProgram;
      if (kind === "request") {
        if (open.size >= MAX_OPEN) open.delete(open.keys().next().value ?? "");
        open.set(JSON.stringify([direction, key]), { method: named ?? "", at: now, ofProgram });
      } else if (key !== null && kind !== "notification") {
        const asked = JSON.stringify([direction === "sent" ? "received" : "sent", key]);
        const request = open.get(asked);
        open.delete(asked);
        answered = request?.method ?? null;
        isOfProgram ||= request?.ofProgram === true;
        durationMs = request ? Math.round((now - request.at) * 10) / 10 : null;
      }
      const { text, cut } = toBoundedJson(message);
      const entry = {
        sequence: ++sequence,
        direction,
        kind,
        method: named ?? answered,
        id: key,
        durationMs,
        bytes: Buffer.byteLength(text),
        message: mask(text),
        cut,
        ofProgram: isOfProgram,
        hidden: false,
        timestamp: new Date().toISOString(),
        outline: isOfProgram ? mask(outlineOf(message)) : "",
      } satisfies McpWireEntry & { outline: string };
      entries.push(entry);
      characters += entry.message.length;
      while (entries.length > MAX_ENTRIES || characters > MAX_CHARACTERS) {
        characters -= entries.shift()?.message.length ?? 0;
      }
      onAdded(sequence);
    },
    entries: (after, all) =>
      entries
        .filter(({ sequence: number }) => number > after)
        .map(({ outline, ...entry }) =>
          entry.ofProgram && !all ? { ...entry, message: outline, cut: true, hidden: true } : entry,
        ),
    clear() {
      entries.length = 0;
      characters = 0;
    },
  };
}

/** A message without its content: what the history of the gateway shows too. */
function outlineOf(message: object): string {
  const { jsonrpc, id, method, params, error } = message as Record<string, unknown>;
  const { name, uri } = (typeof params === "object" && params !== null ? params : {}) as Record<string, unknown>;
  const text = (value: unknown) => (typeof value === "string" ? maskText(value.slice(0, 300)) : undefined);
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : undefined;
  const called = name === undefined && uri === undefined ? undefined : { name: text(name), uri: text(uri) };
  return JSON.stringify({
    jsonrpc,
    id,
    method,
    params: called,
    error: typeof code === "number" ? { code } : undefined,
  });
}

/** The JSON of a message that is too short for anything in it to be cut, as nearly all are. */
function writeSmall(message: unknown): string | undefined {
  try {
    const json = JSON.stringify(message);
    return json.length <= MAX_STRING ? json : undefined;
  } catch {
    return undefined; // nested too deeply
  }
}

/** The JSON of a message, without the middle of long texts and the rest of long lists. */
export function toBoundedJson(message: unknown): { text: string; cut: boolean } {
  const whole = writeSmall(message);
  if (whole !== undefined) return { text: whole, cut: false };
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
