import { z } from "zod";

/** How far back; the points get coarser with it. */
export const historyRanges = ["1h", "6h", "24h", "7d"] as const;
export type HistoryRange = (typeof historyRanges)[number];

export const historyQuery = z.strictObject({ range: z.enum(historyRanges).default("1h") });

/** Where the points lie. Each covers `step` seconds from its time on; where nothing was measured there is none. */
interface Points {
  /** Seconds. */
  step: number;
  /** ISO 8601: what was asked for. */
  from: string;
  to: string;
  /** Milliseconds since the epoch, oldest first; as many as each of the series has values. */
  times: number[];
}

/** Averages over each point's time, and the highest of single samples. CPU in percent of one core, bytes, bytes a second. */
export interface ServiceHistory extends Points {
  cpu: number[];
  cpuMax: number[];
  memory: number[];
  memoryMax: number[];
  memoryLimit: number[];
  rx: number[];
  tx: number[];
  read: number[];
  write: number[];
}

/** Of the host: CPU in percent of all cores, the disk that `/` is on, traffic of the network cards, each byte once. */
export interface SystemHistory extends Points {
  cpu: number[];
  cpuMax: number[];
  memory: number[];
  memoryMax: number[];
  memoryTotal: number[];
  rx: number[];
  tx: number[];
  diskUsed: number[];
  diskTotal: number[];
}
