import { workerData } from "node:worker_threads";
import { answerCalls } from "../../worker/worker-calls.ts";
import { createWorkerLog } from "../../worker/worker-log.ts";
import { createReader } from "./reader.ts";

/** Searches in a thread of its own: neither requests nor the taking in of lines wait for it. */
export interface ReaderLimits {
  maxDays: number;
  floorMs: number;
}

const { folder, ...limits } = workerData as ReaderLimits & { folder: string };
const log = createWorkerLog();
const reader = createReader({
  folder,
  maxDays: () => limits.maxDays,
  floorMs: () => limits.floorMs,
  onDamage: (error) => log.warn({ err: error }, "a file of the log store is damaged and left out"),
});
answerCalls({
  ...reader,
  limits: (changed: ReaderLimits) => void Object.assign(limits, changed),
});
