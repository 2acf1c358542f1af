import { pino } from "pino";
import type { Log } from "../../shared/server/log.ts";
import { tell } from "./worker-calls.ts";

/** A worker logs through the log of its process, which writes and masks for all. */
export const createWorkerLog = (): Log =>
  pino({ level: "info", base: null, timestamp: false }, { write: (entry) => tell({ kind: "log", entry }) });

/** Passes on a log entry of a worker. */
export function relayEntry(log: Log, entry: string): void {
  const { level, msg, ...fields } = JSON.parse(entry) as { level: number; msg?: string };
  if (level >= 50) log.error(fields, msg);
  else if (level >= 40) log.warn(fields, msg);
  else log.info(fields, msg);
}
