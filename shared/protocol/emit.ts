import { type NamespaceName, namespaceNames, toNamespaceName } from "./namespaces.ts";
import { isRoomOf } from "./rooms.ts";

/** Most events in one `POST /emit`; all are accepted or none. */
export const EMIT_BATCH_MAX = 1_000;
/** Largest body of a `POST /emit`, in bytes. */
export const EMIT_BODY_MAX = 1024 * 1024;

/** Names with a special meaning in Socket.IO, in an EventEmitter or in an object prototype. */
const reservedEvents = new Set([
  "connect",
  "connect_error",
  "connection",
  "disconnect",
  "disconnecting",
  "error",
  "new_namespace",
  "newListener",
  "removeListener",
  "__proto__",
]);

const fields: ReadonlySet<string> = new Set(["namespace", "event", "data", "room", "id"]);

const eventName = /^[A-Za-z0-9:._-]{1,64}$/;
const eventId = /^[A-Za-z0-9._:-]{1,64}$/;

export interface EmitEvent {
  namespace: NamespaceName;
  event: string;
  data: unknown;
  room?: string;
  /** Chosen by the sender: a repeat with the same id is delivered once. */
  id?: string;
}

/** Response of `POST /emit`. */
export interface EmitResponse {
  success: true;
  /** Sum of `counts`. */
  delivered: number;
  /** For each event, in order: sockets of this server that it was sent to. For a repeat, those of the first time. */
  counts: number[];
}

/** A validation error. `message` continues a sentence that starts with the field at `path`, or with the input when it is empty. */
export interface EmitIssue {
  message: string;
  path: (string | number)[];
  unknownNamespace?: true;
}

/**
 * Reads an event from a value. Reports the first issue and returns undefined when the value is not valid. Written by hand
 * because it runs for every publish: a schema takes twice as long.
 */
export function readEmitEvent(
  value: unknown,
  report: (issue: EmitIssue) => void,
  path: EmitIssue["path"] = [],
): EmitEvent | undefined {
  const refuse = (message: string, field?: string): undefined => {
    report({ message, path: field === undefined ? path : [...path, field] });
  };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return refuse("must be an object");
  const { namespace, event, data, room, id } = value as Record<string, unknown>;
  if (typeof namespace !== "string") return refuse("must be a string", "namespace");
  const name = toNamespaceName(namespace);
  if (!name) {
    const message = `must be one of ${namespaceNames.join(", ")}`;
    return void report({ message, path: [...path, "namespace"], unknownNamespace: true });
  }
  if (typeof event !== "string" || !eventName.test(event)) {
    return refuse("must be 1 to 64 of A-Z a-z 0-9 : . _ -", "event");
  }
  if (reservedEvents.has(event)) return refuse("is reserved", "event");
  if (data === undefined) return refuse("is missing", "data");
  for (const key in value) if (!fields.has(key)) return refuse("has an unknown field");
  if (room !== undefined && (typeof room !== "string" || !isRoomOf(name, room))) {
    return refuse("must be a room of the namespace", "room");
  }
  if (id !== undefined && (typeof id !== "string" || !eventId.test(id))) {
    return refuse("must be 1 to 64 of A-Z a-z 0-9 . _ : -", "id");
  }
  return { namespace: name, event, data, room, id };
}

/** Reads the events of a `POST /emit` body, one or a batch. Reports the first issue and returns undefined when one is not valid. */
export function readEmitBody(body: unknown, report: (issue: EmitIssue) => void): EmitEvent[] | undefined {
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, "events")) {
    const event = readEmitEvent(body, report);
    return event && [event];
  }
  const { events } = body as { events: unknown };
  if (Object.keys(body).length > 1) return void report({ message: "has an unknown field", path: [] });
  if (!Array.isArray(events) || events.length === 0 || events.length > EMIT_BATCH_MAX) {
    return void report({ message: `must be 1 to ${EMIT_BATCH_MAX} events`, path: ["events"] });
  }
  const read: EmitEvent[] = [];
  for (const [index, value] of events.entries()) {
    const event = readEmitEvent(value, report, ["events", index]);
    if (!event) return undefined;
    read.push(event);
  }
  return read;
}
