import { z } from "zod";
import { containerStates, type Service, type ServiceDetail } from "../../shared/protocol/service.ts";
import { restartPolicies, type ServiceLimits, type ServiceProcess } from "../../shared/protocol/service-change.ts";

/** The shapes of answers, for the API's description; the protocol's types hold them to what is sent. */
export const serviceSchema = z.object({
  id: z.string().describe("Full container id."),
  name: z.string(),
  image: z.string(),
  state: z.enum(containerStates),
  status: z.string().describe("The Engine's own words."),
  health: z.enum(["none", "starting", "healthy", "unhealthy"]),
  ports: z.array(
    z.object({
      hostIp: z.string().optional(),
      hostPort: z.int().optional(),
      containerPort: z.int(),
      protocol: z.string(),
    }),
  ),
  composeProject: z.string().nullable(),
  composeService: z.string().nullable(),
  createdAt: z.iso.datetime(),
  restartCount: z.int().nullable().describe("Starts by its restart policy; null while not known."),
  startedAt: z.iso.datetime().nullable().describe("Of its last start; null when never, or while not known."),
  restartPolicy: z.string().optional().describe("no, always, unless-stopped or on-failure; absent while not known."),
  lastRun: z
    .object({
      exitCode: z.int().nullable().describe("Null while it runs, and when it never ran."),
      finishedAt: z.iso.datetime().nullable(),
      oomKilled: z.boolean().describe("Ended by the kernel for want of memory."),
      startFailed: z.boolean().describe("Docker tried to start it since, and could not."),
      error: z.string().optional().describe("Docker's own words on that, masked; for those who may act on it."),
      stopRequested: z
        .boolean()
        .nullable()
        .describe("Whether somebody asked for its end; null where that is not known."),
    })
    .optional()
    .describe("How its newest run ended; absent while not known."),
  usage: z
    .object({ cpuPercent: z.number().describe("Of one core."), memoryBytes: z.number() })
    .optional()
    .describe("In lists: what it used when it was measured last (`STATS_INTERVAL`)."),
}) satisfies z.ZodType<Service>;

export const serviceLimitsSchema = z.object({
  memoryBytes: z.number().nullable(),
  cpus: z.number().nullable(),
  pids: z.int().nullable(),
  restartPolicy: z.enum(restartPolicies),
  restartRetries: z.int(),
}) satisfies z.ZodType<ServiceLimits>;

export const serviceProcessSchema = z.object({
  pid: z.int(),
  parentPid: z.int(),
  user: z.string(),
  cpuPercent: z.number(),
  memoryBytes: z.number(),
  elapsed: z.string().describe("As ps writes it."),
  command: z.string().describe("Values that look like secrets are masked."),
}) satisfies z.ZodType<ServiceProcess>;

export const serviceDetailSchema = serviceSchema.extend({
  command: z.array(z.string()).describe("Values that look like secrets are masked."),
  environmentNames: z.array(z.string()).describe("Names only: values are never sent."),
  labels: z.record(z.string(), z.string()).describe("Values of keys that name a secret are masked."),
  mounts: z.array(z.object({ type: z.string(), source: z.string(), destination: z.string(), readOnly: z.boolean() })),
  networks: z.array(z.object({ name: z.string(), ipAddress: z.string().nullable() })),
  restartPolicy: z.string(),
  restartCount: z.int(),
  limits: serviceLimitsSchema,
  tty: z.boolean(),
  logDriver: z.string(),
  finishedAt: z.iso.datetime().nullable(),
  exitCode: z.int().nullable(),
}) satisfies z.ZodType<ServiceDetail>;
