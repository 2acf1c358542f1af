/** Longest line that is tried as JSON, in characters. */
const JSON_MAX = 256 * 1024;

export interface JsonLine {
  message: string | null;
  /** The other fields, in short form, in their own order. */
  fields: [name: string, value: string][];
  /** Indented, for the unfolded view. */
  pretty: string;
}

const messageNames = ["msg", "message", "@message", "MESSAGE", "event"];
/** Told by other columns already. */
const quietNames = new Set(["level", "lvl", "severity", "time", "timestamp", "ts", "@timestamp", "v"]);

const FIELD_MAX = 80;
const FIELDS_MAX = 12;

function toShort(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > FIELD_MAX ? `${text.slice(0, FIELD_MAX)}…` : text;
}

/** Reads a line that is one JSON object; undefined for any other. */
export function parseJsonLine(plain: string): JsonLine | undefined {
  const text = plain.trim();
  if (!text.startsWith("{") || !text.endsWith("}") || text.length > JSON_MAX) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value);
  const messageName = messageNames.find((name) =>
    entries.some(([key, held]) => key === name && typeof held === "string"),
  );
  const message = entries.find(([name]) => name === messageName)?.[1];
  return {
    message: typeof message === "string" ? message : null,
    fields: entries
      .filter(([name]) => name !== messageName && !quietNames.has(name))
      .slice(0, FIELDS_MAX)
      .map(([name, held]) => [name, toShort(held)]),
    pretty: JSON.stringify(value, null, 2),
  };
}
