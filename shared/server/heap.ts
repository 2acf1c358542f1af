import "./compile-cache.cjs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Keeps the heap close to its live size. Log lines become garbage right after they were sent; by default, V8 responds with a
 * young generation of 100 MB and an old generation of twice the live size, and returns neither. Earlier collections cost
 * little, since few objects survive. Loaded before all other modules: a grown heap does not shrink.
 */
setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--heap-growing-percent=30");

/** Time after which the garbage of the start is collected. A server at rest allocates too little for V8 to do so. */
const START_MS = 5_000;

setTimeout(() => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  if (typeof collect === "function") collect({ type: "major", execution: "async" });
}, START_MS).unref();
