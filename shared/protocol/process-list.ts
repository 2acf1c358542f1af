import { z } from "zod";
import { DEPLOYMENT_ID_MAX } from "./identifier.ts";

export const startupUnitStates = ["enabled", "disabled", "absent", "unknown"] as const;
export type StartupUnitState = (typeof startupUnitStates)[number];

/** What of an app differs between PM2's list and its saved list. */
export const savedFields = [
  ...(["script", "folder", "arguments", "interpreter", "mode", "instances", "watch", "limits"] as const),
  ...(["stopped", "environment"] as const),
] as const;
export type SavedField = (typeof savedFields)[number];

export const savedStateSchema = z.enum(["saved", "different", "unsaved", "only-saved"]);
export type SavedState = z.infer<typeof savedStateSchema>;

/** One app in PM2's list or in its saved list. */
export const savedAppSchema = z.object({
  id: z.string().describe("Id of the deployment."),
  state: savedStateSchema.describe(
    "`saved`: both are the same; `unsaved`: runs, and is not saved; `only-saved`: comes back although it was deleted.",
  ),
  changed: z.array(z.enum(savedFields)),
  environment: z
    .array(z.object({ name: z.string(), change: z.enum(["added", "removed", "changed"]) }))
    .describe(
      "Names of variables that a save would change: 100 of an app and 5,000 in all at most. Values are never sent.",
    ),
});
export type SavedApp = z.infer<typeof savedAppSchema>;

/** Whether PM2's apps come back after a reboot. */
export const processListSchema = z.object({
  unit: z.object({
    state: z.enum(startupUnitStates).describe("`unknown`: without systemd, or its folders cannot be read."),
    name: z.string().nullable(),
  }),
  saved: z.object({
    state: z.enum(["saved", "absent", "unreadable"]),
    at: z.iso.datetime().nullable(),
  }),
  apps: z.array(savedAppSchema),
  revision: z.string().describe("Of what is listed; saving names it."),
});
export type ProcessListState = z.infer<typeof processListSchema>;

/** Key of a daemon: what precedes `:` in the ids of its apps. Empty for the panel's own. */
export const daemonKey = z
  .string()
  .max(DEPLOYMENT_ID_MAX)
  .default("")
  .describe("Key of the daemon; default: the panel's own.");

export const processListQuery = z.object({ daemon: daemonKey });

export const saveProcessListBody = z.strictObject({
  daemon: daemonKey,
  revision: z.string().min(1).max(128).describe("From `GET /process-list`: what is saved is what was shown."),
});
