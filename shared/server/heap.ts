import "./compile-cache.cjs";
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps the heap close to its live size. Log lines become garbage right after they were sent; by default, V8 responds with a
 * young generation of 100 MB and a large old generation, and returns neither. Collections of the young generation cost little,
 * since few objects survive; one of the old generation for each 30 % instead of 100 % of growth costs a tenth of the processor
 * time of a log line. Loaded before all other modules: a grown heap does not shrink.
 */
setFlagsFromString("--semi-space-growth-factor=1");
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
