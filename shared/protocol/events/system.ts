import { z } from "zod";
import type { Acknowledgement, ErrorCode } from "../result.ts";
import type { SystemStats } from "../system.ts";
import type { AliveClientToServer } from "./alive.ts";

/** Bounds and default of the time between two host samples, in milliseconds. */
export const statsInterval = { min: 1_000, max: 60_000, default: 3_000 } as const;

/** A number outside the bounds is clamped; other values are refused. */
export const systemStatsSubscription = z.strictObject({
  interval: z
    .number()
    .default(statsInterval.default)
    .transform((ms) => Math.min(statsInterval.max, Math.max(statsInterval.min, Math.round(ms)))),
});
/** Without fields; `emit(name, undefined, ack)` is null on the wire. */
export const systemStatsUnsubscription = z.strictObject({}).nullish();

export interface SystemClientToServer extends AliveClientToServer {
  "subscribe:stats": (
    subscription: z.input<typeof systemStatsSubscription>,
    ack?: Acknowledgement<{ interval: number }>,
  ) => void;
  "unsubscribe:stats": (nothing?: z.input<typeof systemStatsUnsubscription>, ack?: Acknowledgement) => void;
}

export interface SystemServerToClient {
  connected: (answer: { interval: number }) => void;
  stats: (stats: SystemStats) => void;
  error: (error: { message: string; code: ErrorCode }) => void;
}
