import { z } from "zod";
import { containerSignals, restartPolicies } from "./service-choices.ts";

export * from "./service-choices.ts";

export const killBody = z.strictObject({ signal: z.enum(containerSignals).default("SIGKILL") });

/** A new name in the grammar of the Engine: at least two characters. */
export const containerName = z
  .string()
  .max(255)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, "must be letters, digits, _ . - and begin with a letter or digit");

export const renameBody = z.strictObject({ name: containerName });

/** Lowest memory limit the Engine accepts, in bytes. */
export const MEMORY_LIMIT_MIN = 6 * 1024 * 1024;

/**
 * What can change while a container runs. The Engine lifts a limit of processes (0) at once; it lifts a limit of memory or
 * processors only by recreating the container.
 */
export const limitsBody = z
  .strictObject({
    /** Bytes. */
    memory: z.int().min(MEMORY_LIMIT_MIN).max(Number.MAX_SAFE_INTEGER).optional(),
    /** Processors, such as 1.5. */
    cpus: z.number().min(0.01).max(4_096).optional(),
    /** Processes and threads; 0: no limit. */
    pids: z.int().min(0).max(4_194_304).optional(),
    restartPolicy: z
      .strictObject({
        name: z.enum(restartPolicies),
        /** Only with `on-failure`; 0: no limit. */
        retries: z.int().min(0).max(1_000_000).default(0),
      })
      .optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "must change something");
export type LimitsChange = z.infer<typeof limitsBody>;

export const recreateBody = z.strictObject({
  /** Reference or id of an image on the host. Default: the image of the container. */
  image: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.:/@-]*$/, "must be the reference or id of an image")
    .optional(),
});

/** What a container may use, and its restart policy. */
export const serviceLimitsSchema = z.object({
  memoryBytes: z.number().nullable().describe("Null: no limit."),
  cpus: z.number().nullable().describe("Processors, such as 1.5; null: no limit."),
  pids: z.int().nullable().describe("Processes and threads; null: no limit."),
  restartPolicy: z.enum(restartPolicies),
  restartRetries: z.int().describe("Only with `on-failure`; 0: no limit."),
});
export type ServiceLimits = z.infer<typeof serviceLimitsSchema>;

/** One process inside a container, with the ids and the user of the host. */
export const serviceProcessSchema = z.object({
  pid: z.int(),
  parentPid: z.int(),
  user: z.string(),
  cpuPercent: z.number(),
  memoryBytes: z.number().describe("Resident set."),
  elapsed: z.string().describe("In the format of `ps`: `[[days-]hours:]minutes:seconds`."),
  command: z.string().describe("Values that look like secrets are masked."),
});
export type ServiceProcess = z.infer<typeof serviceProcessSchema>;
