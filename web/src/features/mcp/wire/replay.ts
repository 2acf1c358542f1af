import type { McpWireEntry } from "../../../../../shared/protocol/mcp-workbench.ts";

/** A request of a recorded session that can be sent again, with what came of it. */
export interface RecordedRequest {
  method: string;
  params: Record<string, unknown>;
  /** The result or the error as it was recorded; undefined when the session ended before. */
  outcome: unknown;
}

export const SESSION_FORMAT = "ai-desktop/mcp-session";
/** Requests of the handshake belong to one connection; a subscription is kept by the panel itself. */
const notRepeated = new Set(["initialize", "server/discover", "ping", "subscriptions/listen", "logging/setLevel"]);
const MAX_REQUESTS = 500;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const toSession = (server: string, entries: readonly McpWireEntry[]): string =>
  `${JSON.stringify({ format: SESSION_FORMAT, server, entries }, null, 2)}\n`;

/** The requests of a saved session in their order; undefined for another file. Messages that were cut are left out. */
export function readSession(text: string): RecordedRequest[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(parsed) || parsed.format !== SESSION_FORMAT || !Array.isArray(parsed.entries)) return undefined;
  const requests: (RecordedRequest & { key: string })[] = [];
  for (const entry of parsed.entries.filter(isObject)) {
    const message = entry.cut === true ? undefined : parseMessage(entry.message);
    if (!message) continue;
    const key = JSON.stringify(message.id);
    if (entry.direction === "sent" && typeof message.method === "string" && message.id !== undefined) {
      if (notRepeated.has(message.method) || requests.length >= MAX_REQUESTS) continue;
      const { _meta, ...params } = isObject(message.params) ? message.params : {};
      requests.push({ key, method: message.method, params, outcome: undefined });
    } else if (entry.direction === "received" && message.method === undefined) {
      const request = requests.findLast((one) => one.key === key && one.outcome === undefined);
      if (request) request.outcome = message.result ?? message.error;
    }
  }
  return requests.map(({ method, params, outcome }) => ({ method, params, outcome }));
}

function parseMessage(text: unknown): Record<string, unknown> | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const message: unknown = JSON.parse(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** JSON with the names of each object in order, to compare two results. */
export function toComparable(value: unknown): string {
  return (
    JSON.stringify(
      value,
      (_key, one: unknown) =>
        isObject(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one,
      2,
    ) ?? ""
  );
}
