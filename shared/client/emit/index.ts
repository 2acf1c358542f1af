import { createEmitter, type Emitter } from "./emitter.ts";

export type { NamespaceName } from "../../protocol/namespace-names.ts";
export { createEmitter, type Emitter } from "./emitter.ts";
export type { EmitCounts } from "./outbox.ts";
export type { Delivered, Dropped, EmitResult, ErrorCode, Queued, Refused } from "./result.ts";
export type { EmitLog, EmitterOptions } from "./settings.ts";

/** Created by the first call, so that the environment can be set after the import. */
let shared: Emitter | undefined;
const fromEnvironment = (): Emitter => {
  shared ??= createEmitter();
  return shared;
};

/** Sends an event to a room of a namespace, or to the whole namespace. */
export const emitToWS: Emitter["emitToWS"] = (namespace, event, data, room) =>
  fromEnvironment().emitToWS(namespace, event, data, room);
/** Sends an event to the viewers of a service. */
export const emitToService: Emitter["emitToService"] = (serviceId, event, data) =>
  fromEnvironment().emitToService(serviceId, event, data);
/** Sends an event to the viewers of a deployment. */
export const emitToDeployment: Emitter["emitToDeployment"] = (deploymentId, event, data) =>
  fromEnvironment().emitToDeployment(deploymentId, event, data);
/** Sends an event to all viewers of the namespace `/system`. */
export const emitToSystem: Emitter["emitToSystem"] = (event, data) => fromEnvironment().emitToSystem(event, data);
/** Sends an event to the viewers of an MCP server. */
export const emitToMCP: Emitter["emitToMCP"] = (serverId, event, data) =>
  fromEnvironment().emitToMCP(serverId, event, data);
/** Sends an event to the viewers of a folder. */
export const emitToFiles: Emitter["emitToFiles"] = (path, event, data) =>
  fromEnvironment().emitToFiles(path, event, data);
/** Whether the realtime server responds to `GET /health`; within 2 s. */
export const checkWSHealth: Emitter["checkWSHealth"] = () => fromEnvironment().checkWSHealth();
/** Waits until no event of the functions above waits; see {@link Emitter.flush}. */
export const flush: Emitter["flush"] = async (timeoutMs) => (await shared?.flush(timeoutMs)) ?? true;
/** Flushes and ends the emitter of the functions above; see {@link Emitter.close}. A later call starts another one. */
export const close: Emitter["close"] = async (timeoutMs) => {
  const closing = shared;
  shared = undefined;
  return (await closing?.close(timeoutMs)) ?? true;
};
