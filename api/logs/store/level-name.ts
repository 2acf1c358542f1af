import { type LogLevel, logLevels } from "../../../shared/protocol/log-search.ts";

/** @param index a level as it is stored */
export const levelName = (index: number): LogLevel => logLevels[index] ?? "unknown";
