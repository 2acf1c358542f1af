import { membersOf, prettyJson } from "./json-text.ts";

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

/** @param written the value as JSON */
function toShort(written: string): string {
  const text = written.startsWith('"') ? (JSON.parse(written) as string) : written;
  return text.length > FIELD_MAX ? `${text.slice(0, FIELD_MAX)}…` : text;
}

/** Reads a line that is one JSON object; undefined for any other. */
export function parseJsonLine(plain: string): JsonLine | undefined {
  const text = plain.trim();
  if (!text.startsWith("{") || !text.endsWith("}") || text.length > JSON_MAX) return undefined;
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const members = membersOf(text);
  const messageName = messageNames.find((name) => members.get(name)?.startsWith('"'));
  const message = messageName === undefined ? undefined : members.get(messageName);
  return {
    message: message === undefined ? null : (JSON.parse(message) as string),
    fields: [...members]
      .filter(([name]) => name !== messageName && !quietNames.has(name))
      .slice(0, FIELDS_MAX)
      .map(([name, held]) => [name, toShort(held)]),
    pretty: prettyJson(text),
  };
}
