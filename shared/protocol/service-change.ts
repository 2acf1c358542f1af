import { z } from "zod";
import { containerSignals, type RestartPolicyName, restartPolicies } from "./service-choices.ts";

export * from "./service-choices.ts";

export const killBody = z.strictObject({ signal: z.enum(containerSignals).default("SIGKILL") });

/** The Engine's own grammar of a new name, which has two characters at least. */
export const containerName = z
  .string()
  .max(255)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, "must be letters, digits, _ . - and begin with a letter or digit");

export const renameBody = z.strictObject({ name: containerName });

/** The Engine takes no memory limit below this. */
export const MEMORY_LIMIT_MIN = 6 * 1024 * 1024;

/**
 * What may be changed while a container runs. The Engine takes away a limit of processes (0), but a limit of memory or
 * processors only when the container is made anew.
 */
export const limitsBody = z
  .strictObject({
    /** Bytes. */
    memory: z.int().min(MEMORY_LIMIT_MIN).max(Number.MAX_SAFE_INTEGER).optional(),
    /** Processors, such as 1.5. */
    cpus: z.number().min(0.01).max(4_096).optional(),
    /** Processes and threads; 0 for no limit. */
    pids: z.int().min(0).max(4_194_304).optional(),
    restartPolicy: z
      .strictObject({
        name: z.enum(restartPolicies),
        /** Only with `on-failure`; 0 for no end. */
        retries: z.int().min(0).max(1_000_000).default(0),
      })
      .optional(),
  })
  .refine((body) => Object.keys(body).length > 0, "must change something");
export type LimitsChange = z.infer<typeof limitsBody>;

export const recreateBody = z.strictObject({
  /** A reference or id of an image that is on the host; the container's own when absent. */
  image: z
    .string()
    .min(1)
    .max(512)
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_.:/@-]*$/, "must be the reference or id of an image")
    .optional(),
});

/** What a container may use, and whether it comes back. Null: no limit. */
export interface ServiceLimits {
  memoryBytes: number | null;
  cpus: number | null;
  pids: number | null;
  restartPolicy: RestartPolicyName;
  restartRetries: number;
}

/** One process inside a container, as the host sees it. */
export interface ServiceProcess {
  pid: number;
  parentPid: number;
  user: string;
  cpuPercent: number;
  /** Resident set. */
  memoryBytes: number;
  /** As `ps` writes it: `[[days-]hours:]minutes:seconds`. */
  elapsed: string;
  /** Values that look like secrets are masked. */
  command: string;
}
