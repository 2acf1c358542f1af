import process from "node:process";

/** Loaded before a server (`--import`), it makes one fail as a bug would: SIGUSR2 throws, SIGHUP rejects, and nobody catches it. */
process.on("SIGUSR2", () => {
  throw new Error("thrown for a test");
});
process.on("SIGHUP", () => {
  void Promise.reject(new Error("rejected for a test"));
});
