import { z } from "zod";
import type { ServiceHistory, SystemHistory } from "../../shared/protocol/stats-history.ts";

const values = z.array(z.number());
const points = {
  step: z.number().describe("Seconds a point covers."),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  times: values.describe("Milliseconds since the epoch, oldest first; where nothing was measured there is none."),
  cpu: values,
  cpuMax: values.describe("The highest of single samples."),
  memory: values.describe("Bytes."),
  memoryMax: values,
  rx: values.describe("Bytes a second."),
  tx: values,
};

export const serviceHistorySchema = z.object({
  ...points,
  memoryLimit: values,
  read: values.describe("Bytes a second."),
  write: values,
}) satisfies z.ZodType<ServiceHistory>;

export const systemHistorySchema = z.object({
  ...points,
  memoryTotal: values,
  diskUsed: values.describe("Bytes of the disk that / is on."),
  diskTotal: values,
}) satisfies z.ZodType<SystemHistory>;
