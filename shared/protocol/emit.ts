import { z } from "zod";
import { namespaceNames, toNamespaceName } from "./namespaces.ts";
import { isRoomOf } from "./rooms.ts";

/** Events in one `POST /emit`, all or none. */
export const EMIT_BATCH_MAX = 1_000;
/** Bytes of one `POST /emit` body. */
export const EMIT_BODY_MAX = 1024 * 1024;

/** Names Socket.IO, an EventEmitter or an object prototype gives a meaning of its own. */
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

export const emitEventName = z
  .string()
  .regex(/^[A-Za-z0-9:._-]{1,64}$/, "must be 1 to 64 of A-Z a-z 0-9 : . _ -")
  .refine((name) => !reservedEvents.has(name), "is reserved");

export const emitEvent = z
  .strictObject({
    namespace: z.custom<string>((value) => toNamespaceName(value) !== undefined, {
      message: `must be one of ${namespaceNames.join(", ")}`,
    }),
    event: emitEventName,
    data: z.unknown(),
    room: z.string().optional(),
  })
  .transform(({ namespace, ...rest }) => ({ ...rest, namespace: toNamespaceName(namespace) ?? "system" }))
  .refine(({ namespace, room }) => room === undefined || isRoomOf(namespace, room), {
    path: ["room"],
    message: "must be a room of the namespace",
  });

/** Many events in one request, all or none. */
export const emitBatch = z.strictObject({ events: z.array(emitEvent).min(1).max(EMIT_BATCH_MAX) });

export const emitBody = z.union([emitBatch, emitEvent]);

export type EmitEvent = z.output<typeof emitEvent>;
