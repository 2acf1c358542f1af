/** Live streams of a realtime server: ready-made clients, and a factory for other addresses and keys. */
export type { DeploymentLogs, DeploymentRef, DeploymentsServerToClient } from "../../protocol/events/deployments.ts";
export type { FileChange, FileChangeType, FilesServerToClient } from "../../protocol/events/files.ts";
export type { McpLog, McpProgress, McpServerToClient } from "../../protocol/events/mcp.ts";
export type {
  Gap,
  GapReason,
  ServiceLogs,
  ServiceRef,
  ServiceStats,
  ServicesServerToClient,
  StreamClosed,
  StreamClosedCode,
  StreamState,
} from "../../protocol/events/services.ts";
export type { SystemServerToClient } from "../../protocol/events/system.ts";
export type { Job } from "../../protocol/job.ts";
export type { ErrorCode } from "../../protocol/result.ts";
export type { SystemStats } from "../../protocol/system.ts";
export { closeWatch, deploymentsWS, filesWS, mcpWS, onWatchError, servicesWS, systemWS } from "./default-watch.ts";
export type { DeploymentsWatch } from "./deployments.ts";
export type { FilesWatch } from "./files.ts";
export type { Stop } from "./listeners.ts";
export type { LogHandlers, LogOptions } from "./log-topic.ts";
export type { McpWatch } from "./mcp.ts";
export type { EventHandlers, NamespaceWatch } from "./namespace-events.ts";
export type { ServicesWatch } from "./services.ts";
export type { ConnectionState } from "./state.ts";
export type { SystemWatch } from "./system.ts";
export type { TransportName } from "./transport.ts";
export { createWatch, type Watch, type WatchOptions } from "./watch.ts";
export type { WatchError } from "./watch-error.ts";
