import "../shared/server/heap.ts";
import { flushCompileCache } from "../shared/server/flush-compile-cache.ts";

// Loaded after the limits of the heap are set.
await import("./start.ts");
// Now, since it blocks and nobody is connected yet.
flushCompileCache();
