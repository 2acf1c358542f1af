import type { ErrorCode } from "../../protocol/result.ts";

/**
 * What became of an event. Exactly one of `delivered`, `queued`, `dropped` and `refused` is set:
 *
 * ```ts
 * const result = await emitToService("shop", "status", { status: "running" });
 * if (result.refused) console.error(result.code, result.refused);
 * ```
 */
export type EmitResult = Delivered | Queued | Dropped | Refused;

/** The realtime server has sent the event to this number of sockets; 0 when nobody is connected. */
export interface Delivered {
  delivered: number;
  queued?: undefined;
  dropped?: undefined;
  refused?: undefined;
  code?: undefined;
}

/** The realtime server does not respond. The event waits, and is sent when the server is back. */
export interface Queued {
  delivered?: undefined;
  queued: true;
  dropped?: undefined;
  refused?: undefined;
  code?: undefined;
}

/** Later events have taken the place of this one, or the emitter was closed before it could be sent. */
export interface Dropped {
  delivered?: undefined;
  queued?: undefined;
  dropped: true;
  refused?: undefined;
  code?: undefined;
}

/** The event is not valid, or the realtime server does not accept it. It is not sent again. */
export interface Refused {
  delivered?: undefined;
  queued?: undefined;
  dropped?: undefined;
  /** One sentence for the log. */
  refused: string;
  code: ErrorCode;
}

export type { ErrorCode };
