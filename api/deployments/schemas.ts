import { z } from "zod";
import type { Deployment } from "../../shared/protocol/deployment.ts";

const status = z.enum([
  "online",
  "stopping",
  "stopped",
  "launching",
  "errored",
  "one-launch-status",
  "waiting restart",
]);

export const deploymentSchema = z.object({
  id: z.string().describe("The PM2 name in the `default` namespace, `namespace/name` elsewhere."),
  name: z.string(),
  status,
  mode: z.enum(["fork", "cluster"]),
  instances: z.array(
    z.object({
      pmId: z.int().describe("PM2's own number of the process."),
      pid: z.int().nullable(),
      status,
      cpuPercent: z.number(),
      memoryBytes: z.int(),
      restarts: z.int(),
      startedAt: z.iso.datetime().nullable(),
    }),
  ),
  script: z.string(),
  namespace: z.string(),
  version: z.string().nullable(),
  watching: z.boolean(),
  own: z.boolean().describe("A process of this panel itself."),
}) satisfies z.ZodType<Deployment>;
