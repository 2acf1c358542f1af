import { z } from "zod";
import { serviceLimitsSchema } from "./service-change.ts";
import { NAMED_SERVICES_MAX } from "./service-choices.ts";

export const containerStates = ["created", "running", "paused", "restarting", "removing", "exited", "dead"] as const;
export type ContainerState = (typeof containerStates)[number];

const time = z.iso.datetime();

export const publishedPortSchema = z.object({
  hostIp: z.string().optional().describe("Address on the host; absent when the port is exposed but not published."),
  hostPort: z.int().optional(),
  containerPort: z.int(),
  protocol: z.string(),
});
export type PublishedPort = z.infer<typeof publishedPortSchema>;

export const serviceUsageSchema = z.object({
  cpuPercent: z.number().describe("Percent of one core."),
  memoryBytes: z.number(),
});
export type ServiceUsage = z.infer<typeof serviceUsageSchema>;

/** How the newest run of a container ended. */
export const serviceRunSchema = z.object({
  exitCode: z.int().nullable().describe("Null while the container runs, and when it never ran."),
  finishedAt: time.nullable().describe("Null while the container runs, and when it never ran."),
  oomKilled: z.boolean().describe("The kernel ended the run because memory ran out."),
  startFailed: z.boolean().describe("Docker has tried to start the container since, and failed."),
  error: z
    .string()
    .optional()
    .describe(
      "Message of Docker about the failed start: masked, at most 1 KiB; only for callers who may act on the container.",
    ),
  stopRequested: z.boolean().nullable().describe("Whether a user requested the end; null when unknown."),
});
export type ServiceRun = z.infer<typeof serviceRunSchema>;

export const servicesQuery = z.strictObject({
  ids: z
    .string()
    .regex(
      new RegExp(`^[0-9a-f]{64}(,[0-9a-f]{64}){0,${NAMED_SERVICES_MAX - 1}}$`),
      `must be full ids separated by commas, ${NAMED_SERVICES_MAX} at most`,
    )
    .optional()
    .describe("Only these containers. One that the answer lacks does not exist, as long as the Engine is up."),
});

/** A container of the host, started by the panel or not. */
export const serviceSchema = z.object({
  id: z.string().describe("Full container id."),
  name: z.string(),
  image: z.string(),
  state: z.enum(containerStates),
  status: z.string().describe("Status text of the Engine, such as `Up 3 hours (healthy)`."),
  health: z.enum(["none", "starting", "healthy", "unhealthy"]),
  ports: z.array(publishedPortSchema),
  composeProject: z.string().nullable(),
  composeService: z.string().nullable(),
  createdAt: time,
  restartCount: z.int().nullable().describe("Starts by the restart policy; null while unknown."),
  startedAt: time.nullable().describe("Time of the last start; null when there was none, and while unknown."),
  restartPolicy: z
    .string()
    .optional()
    .describe("`no`, `always`, `unless-stopped` or `on-failure`; absent while unknown."),
  lastRun: serviceRunSchema.optional().describe("How the newest run ended; absent while unknown."),
  usage: serviceUsageSchema
    .optional()
    .describe("In lists: the last measured usage of a running container (`STATS_INTERVAL`)."),
});
export type Service = z.infer<typeof serviceSchema>;
export type ContainerHealth = Service["health"];

export const serviceMountSchema = z.object({
  type: z.string(),
  source: z.string(),
  destination: z.string(),
  readOnly: z.boolean(),
});
export type ServiceMount = z.infer<typeof serviceMountSchema>;

/** One container with all its properties. */
export const serviceDetailSchema = serviceSchema.extend({
  command: z.array(z.string()).describe("Values that look like secrets are masked."),
  environmentNames: z.array(z.string()).describe("Names only: values are never sent."),
  labels: z.record(z.string(), z.string()).describe("Values of keys that name a secret are masked."),
  mounts: z.array(serviceMountSchema),
  networks: z.array(z.object({ name: z.string(), ipAddress: z.string().nullable() })),
  restartPolicy: z.string(),
  restartCount: z.int(),
  limits: serviceLimitsSchema,
  tty: z.boolean(),
  logDriver: z.string(),
  finishedAt: time.nullable(),
  exitCode: z.int().nullable(),
});
export type ServiceDetail = z.infer<typeof serviceDetailSchema>;

export const serviceActions = ["start", "stop", "restart"] as const;
export type ServiceAction = (typeof serviceActions)[number];

export const removeServiceQuery = z.strictObject({
  /** Remove a running container too. */
  force: z.stringbool().default(false),
  /** Remove its anonymous volumes with it. */
  volumes: z.stringbool().default(false),
});
