import { z } from "zod";
import {
  LIST_ENTRIES_MAX,
  LIST_ENTRY_MAX,
  listSettingNames,
  type NumberSettingName,
  numberSettingNames,
} from "./setting-limits.ts";

const common = {
  version: z.number().int().describe("Rises with each change; sent with the next one. 0: never changed."),
  changedAt: z.iso.datetime().nullable(),
  changedBy: z.string().nullable().describe("Name of the user or key who changed it last."),
};

export const settingSource = z.enum(["environment", "settings", "default"]);

export const numberSettingSchema = z.object({
  kind: z.literal("number"),
  name: z.enum(numberSettingNames as [NumberSettingName, ...NumberSettingName[]]),
  value: z.number().describe("The value in effect."),
  source: settingSource.describe("Where the value in effect comes from. The environment takes precedence."),
  stored: z.number().nullable().describe("The value set here; in effect unless the environment sets one."),
  ...common,
});
export type NumberSetting = z.infer<typeof numberSettingSchema>;

export const listEntrySchema = z.object({
  entry: z.string(),
  source: z.enum(["environment", "settings"]),
  program: z.string().nullable().optional().describe("Of a command: the program it starts; null: not on this host."),
  problem: z.string().nullable().describe("Why an entry of the environment never matches."),
});
export type ListEntry = z.infer<typeof listEntrySchema>;

export const listSettingSchema = z.object({
  kind: z.literal("list"),
  name: z.enum(listSettingNames),
  entries: z.array(listEntrySchema).describe("Those of the environment first; both count."),
  ...common,
});
export type ListSetting = z.infer<typeof listSettingSchema>;

export const settingSchema = z.discriminatedUnion("kind", [numberSettingSchema, listSettingSchema]);
export type Setting = z.infer<typeof settingSchema>;

/** A variable that only the environment sets. */
export const environmentVariableSchema = z.object({
  name: z.string(),
  value: z.string().nullable().describe("The value in effect; null: none, or a secret."),
  isSet: z.boolean().describe("Whether the environment sets it; otherwise the value is the default."),
  isSecret: z.boolean(),
});
export type EnvironmentVariable = z.infer<typeof environmentVariableSchema>;

/** How variables of the environment are changed where this server runs. */
export const environmentWay = z.enum(["installation", "project", "container"]);
export type EnvironmentWay = z.infer<typeof environmentWay>;

const version = z.number().int().min(0);

/** `PUT /api/settings/:id`: null restores the default. */
export const settingValueBody = z.strictObject({
  value: z.number().nullable(),
  version,
});

/** `PUT /api/settings/lists/:id`: replaces what administrators added. */
export const settingListBody = z.strictObject({
  entries: z.array(z.string().max(4 * LIST_ENTRY_MAX)).max(LIST_ENTRIES_MAX),
  version,
});
