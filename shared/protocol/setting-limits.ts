/** A number that people change on the Settings page. Without the schema library: the page imports it. */
export interface NumberLimits {
  min: number;
  max: number;
  /** Value in effect when neither the environment nor an administrator sets one. */
  default: number;
  /** Whether only whole numbers are accepted. */
  whole: boolean;
  unit: "bytes" | "days" | "hours" | "seconds";
}

const DAY_LIMITS = { min: 0, max: 3_650, whole: false, unit: "days" } as const;

/** Settings with a number, by their names, which are also those of the variables in the environment. */
export const numberSettings = {
  LOG_STORE_MAX_BYTES: { min: 0, max: 1024 ** 5, default: 2 * 1024 ** 3, whole: true, unit: "bytes" },
  LOG_STORE_MAX_DAYS: { ...DAY_LIMITS, default: 14 },
  STATS_HISTORY_DAYS: { min: 0, max: 31, default: 7, whole: true, unit: "days" },
  ACTIVITY_MAX_BYTES: { min: 4 * 1024 ** 2, max: 1024 ** 5, default: 256 * 1024 ** 2, whole: true, unit: "bytes" },
  ACTIVITY_MAX_DAYS: { ...DAY_LIMITS, min: 1, default: 30 },
  AUDIT_KEEP_DAYS: { min: 7, max: 3_650, default: 90, whole: true, unit: "days" },
  STATS_INTERVAL: { min: 0, max: 300, default: 15, whole: true, unit: "seconds" },
  UPDATE_CHECK_HOURS: { min: 0, max: 24 * 365, default: 12, whole: false, unit: "hours" },
} as const satisfies Record<string, NumberLimits>;

export type NumberSettingName = keyof typeof numberSettings;
export const numberSettingNames = Object.keys(numberSettings) as NumberSettingName[];

/** Lists that add to those of the environment. */
export const listSettingNames = ["MCP_ALLOWED_COMMANDS", "MCP_ALLOWED_HOSTS", "ALERT_ALLOWED_HOSTS"] as const;
export type ListSettingName = (typeof listSettingNames)[number];

/** Most entries that an administrator can add to a list, and the longest entry in characters. */
export const LIST_ENTRIES_MAX = 100;
export const LIST_ENTRY_MAX = 300;

export type SettingName = NumberSettingName | ListSettingName;
