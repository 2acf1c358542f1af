import { EMIT_BODY_MAX, type EmitIssue, readEmitEvent } from "../../protocol/emit.ts";
import { messages } from "./messages.ts";
import type { Refused } from "./result.ts";

/** Bytes that `{"events":[…]}` and the key `id` add to an event. */
const ENVELOPE_BYTES = 160;

const utf8 = new TextEncoder();

export interface EventJson {
  json: string;
  /** Length in UTF-8. */
  bytes: number;
}

/** Checks an event as the server does and writes it as JSON. Never throws, whatever the data is. */
export function toEventJson(namespace: unknown, event: unknown, data: unknown, room: unknown): EventJson | Refused {
  const dataJson = toJson(data);
  if (typeof dataJson !== "string") return dataJson;
  const issues: EmitIssue[] = [];
  const checked = readEmitEvent({ namespace, event, data: null, room }, (issue) => void issues.push(issue));
  if (!checked) {
    const [issue] = issues;
    const sentence = messages.invalidField(issue?.path.join(".") ?? "", issue?.message ?? "");
    return { refused: sentence, code: issue?.unknownNamespace ? "not_found" : "invalid_input" };
  }
  const head = JSON.stringify({ namespace: checked.namespace, event: checked.event, room: checked.room });
  const json = `${head.slice(0, -1)},"data":${dataJson}}`;
  const { length: bytes } = utf8.encode(json);
  if (bytes > EMIT_BODY_MAX - ENVELOPE_BYTES) return { refused: messages.tooLarge, code: "too_large" };
  return { json, bytes };
}

function toJson(data: unknown): string | Refused {
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch {
    return { refused: messages.noJson, code: "invalid_input" };
  }
  if (json !== undefined) return json;
  return { refused: messages.noData, code: "invalid_input" };
}
