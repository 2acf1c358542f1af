import { z } from "zod";
import { MAX_INSTANCES, processSignals } from "./deployment-limits.ts";

export { MAX_INSTANCES };

const status = z.enum([
  "online",
  "stopping",
  "stopped",
  "launching",
  "errored",
  "one-launch-status",
  "waiting restart",
]);
export type ProcessStatus = z.infer<typeof status>;

/** One process of PM2; several may share a name. Its environment is never sent. */
export const deploymentInstanceSchema = z.object({
  pmId: z.int().describe("Number of the process in PM2."),
  pid: z.int().nullable(),
  status,
  cpuPercent: z.number(),
  memoryBytes: z.int(),
  restarts: z.int(),
  exitCode: z.int().nullable().describe("Of the newest run that ended; null if PM2 does not know it."),
  startedAt: z.iso.datetime().nullable().describe("Time of the last start; null when the process is not running."),
});
export type DeploymentInstance = z.infer<typeof deploymentInstanceSchema>;

/** All processes of one PM2 name in one namespace. */
export const deploymentSchema = z.object({
  id: z
    .string()
    .describe(
      "The PM2 name in the `default` namespace, `namespace/name` elsewhere, with percent-encoded parts. " +
        "The key of the daemon and `:` precede for another daemon than the panel's own.",
    ),
  name: z.string(),
  status,
  mode: z.enum(["fork", "cluster"]),
  instances: z.array(deploymentInstanceSchema),
  script: z.string().describe("Last parts of the script and working folder, for display."),
  namespace: z.string(),
  version: z.string().nullable(),
  watching: z.boolean(),
  own: z.boolean().describe("A process of this panel."),
  daemon: z.string().describe("Key of its daemon: see `daemons` in the list. Empty for the panel's own."),
  user: z.string().describe("Name of the user it runs as."),
  readOnly: z.boolean().describe("Nothing may be done with it: its daemon says why."),
});
export type Deployment = z.infer<typeof deploymentSchema>;

export const deploymentActions = ["start", "stop", "restart", "reload"] as const;
export type DeploymentAction = (typeof deploymentActions)[number];

export const scaleDeploymentBody = z.strictObject({ instances: z.int().min(1).max(MAX_INSTANCES) });

export const signalDeploymentBody = z.strictObject({ signal: z.enum(processSignals) });
