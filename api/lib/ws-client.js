// For `require("./lib/ws-client")`, which looks for this ending only.
export * from "./ws-client.ts";
