import { z } from "zod";

/** Periods of history; longer periods have coarser points. */
export const historyRanges = ["1h", "6h", "24h", "7d"] as const;
export type HistoryRange = (typeof historyRanges)[number];

export const historyQuery = z.strictObject({ range: z.enum(historyRanges).default("1h") });

const values = z.array(z.number());
/** One value a point; values are averages over the time of the point. */
const points = {
  step: z.number().describe("Seconds a point covers, from its time on."),
  from: z.iso.datetime().describe("Start of the requested period."),
  to: z.iso.datetime(),
  times: values.describe("Milliseconds since the epoch, oldest first; times without a measurement have no point."),
  cpu: values.describe("Percent: of one core for a container, of all cores for the host."),
  cpuMax: values.describe("The highest of single samples."),
  memory: values.describe("Bytes."),
  memoryMax: values,
  rx: values.describe("Bytes per second."),
  tx: values,
};

export const serviceHistorySchema = z.object({
  ...points,
  memoryLimit: values,
  read: values.describe("Bytes per second."),
  write: values,
});
export type ServiceHistory = z.infer<typeof serviceHistorySchema>;

/** History of all processes of one PM2 name together; their traffic is not measured. */
const { rx: _rx, tx: _tx, ...withoutTraffic } = points;
export const processHistorySchema = z.object(withoutTraffic);
export type ProcessHistory = z.infer<typeof processHistorySchema>;

/** History of the host. Traffic counts each byte of the network cards once. */
export const systemHistorySchema = z.object({
  ...points,
  memoryTotal: values,
  diskUsed: values.describe("Bytes of the disk that contains `/`."),
  diskTotal: values,
});
export type SystemHistory = z.infer<typeof systemHistorySchema>;
