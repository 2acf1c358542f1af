import process from "node:process";

/** Loaded before a server (`--import`): simulates bugs. SIGUSR2 throws an uncaught error, SIGHUP causes an unhandled rejection. */
process.on("SIGUSR2", () => {
  throw new Error("thrown for a test");
});
process.on("SIGHUP", () => {
  void Promise.reject(new Error("rejected for a test"));
});
