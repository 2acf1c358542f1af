import "./compile-cache.cjs";
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps the heap close to its live size. Log lines become garbage right after they were sent; by default, V8 responds with a
 * young generation of 100 MB and a large old generation, and returns neither. Loaded before all other modules: a grown heap
 * does not shrink.
 *
 * Every start limits each half of the young generation to 4 MB by `--max-semi-space-size=4`, which can only be a flag of the
 * command. Lines that wait for their batch then die young. In one of 1 MB they grow old, and a busy machine collects the old
 * generation too late: it grew by 100 MB and stayed so. Without the flag, 1 MB is still better than 16.
 */
const startOptions = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
if (!startOptions.includes("--max-semi-space-size")) setFlagsFromString("--semi-space-growth-factor=1");
// One collection of the old generation for each 30 % of growth costs a tenth of the processor time of a log line.
setFlagsFromString("--heap-growing-percent=100");

// Every start sets it for this process: with an arena for each thread, the C library holds some megabytes more. It has been
// read, and children decide for themselves.
delete process.env.MALLOC_ARENA_MAX;

/** Time after which the garbage of the start is collected. A server at rest allocates too little for V8 to do so. */
const START_MS = 5_000;

setTimeout(() => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  if (typeof collect === "function") collect({ type: "major", execution: "async" });
}, START_MS).unref();
