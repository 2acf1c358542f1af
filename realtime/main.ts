import "../shared/server/heap.ts";

// Loaded after the limits of the heap are set.
await import("./start.ts");
