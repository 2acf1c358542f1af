import { type LogLevel, logLevels } from "../../../../../shared/logs/log-levels.ts";

export const levelChoiceNames = ["all", "info", "warn", "error"] as const;
export type LevelChoice = (typeof levelChoiceNames)[number];

export const levelChoices: readonly { value: LevelChoice; label: string }[] = [
  { value: "all", label: "All levels" },
  { value: "info", label: "Info and up" },
  { value: "warn", label: "Warnings and up" },
  { value: "error", label: "Errors" },
];

/** A line that names no level counts as information: only debugging output is noise by its own word. */
const chosen: Record<LevelChoice, readonly LogLevel[]> = {
  all: logLevels,
  info: ["fatal", "error", "warn", "info", "unknown"],
  warn: ["fatal", "error", "warn"],
  error: ["fatal", "error"],
};

export const levelsOf = (choice: LevelChoice): ReadonlySet<LogLevel> => new Set(chosen[choice]);
