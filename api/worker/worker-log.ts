import { pino } from "pino";
import type { Log } from "../../shared/server/log.ts";
import { tell } from "./worker-calls.ts";

/** A worker's log goes through the process's own: one place writes, one place masks. */
export const createWorkerLog = (): Log =>
  pino({ level: "info", base: null, timestamp: false }, { write: (entry) => tell({ kind: "log", entry }) });

/** Hands an entry of a worker on. */
export function relayEntry(log: Log, entry: string): void {
  const { level, msg, ...fields } = JSON.parse(entry) as { level: number; msg?: string };
  if (level >= 50) log.error(fields, msg);
  else if (level >= 40) log.warn(fields, msg);
  else log.info(fields, msg);
}
