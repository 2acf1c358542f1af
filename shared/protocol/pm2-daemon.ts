import { z } from "zod";

/** Daemons beside the panel's own that are shown, and processes of each. */
export const MAX_DAEMONS = 20;
export const MAX_DAEMON_PROCESSES = 500;

/** A PM2 daemon of this host. */
export const pm2DaemonSchema = z.object({
  key: z.string().describe("What precedes `:` in the ids of its apps; empty for the panel's own daemon."),
  user: z.string().describe("Name of its user, or `#<number>` for a user who was removed."),
  home: z.string().nullable().describe("Its PM2_HOME; null for callers who see single processes only."),
  version: z.string().nullable().describe("Version of PM2; null if unknown."),
  state: z
    .enum(["up", "down", "absent", "unreachable"])
    .describe("`down`: does not respond; `absent`: does not run; `unreachable`: this panel may not speak to it."),
  hint: z.string().nullable().describe("What to do when it is not up, as a sentence."),
  readOnly: z
    .string()
    .nullable()
    .describe("Why its processes can only be looked at, and who can change that; null if not."),
  processes: z.int().nullable().describe("Processes that it lists; null if unknown."),
  duplicates: z.int().describe("Further daemons in its folder: they do not answer, and their apps are not shown."),
  omitted: z.int().describe("Processes beyond the first 500, which are not shown."),
});
export type Pm2Daemon = z.infer<typeof pm2DaemonSchema>;
