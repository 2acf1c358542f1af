import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { CALL_TIMEOUT_MS, MAX_SAVED_CALLS } from "../../../shared/protocol/mcp-limits.ts";
import type { McpCheck, McpLastCheck, McpSavedCall, SaveMcpCall } from "../../../shared/protocol/mcp-workbench.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { transact } from "../../database/transact.ts";
import type { McpConnection } from "../connection/connection.ts";
import { messages } from "../messages.ts";
import { outcomesOf } from "./assertions.ts";
import type { McpDocument, McpDocuments } from "./documents.ts";

/** Calls of servers that are saved with assertions on their results. */
export interface SavedCalls {
  /** In the order in which they were saved. */
  list(serverId: string): McpSavedCall[];
  /** @throws AppError `not_found` */
  get(serverId: string, id: string): McpSavedCall;
  /** Saves all of them or none. @throws AppError `conflict` when there are too many */
  add(serverId: string, calls: readonly SaveMcpCall[]): McpSavedCall[];
  /** @throws AppError `not_found` */
  change(serverId: string, id: string, call: SaveMcpCall): McpSavedCall;
  /** Returns what was removed. @throws AppError `not_found` */
  remove(serverId: string, id: string): McpSavedCall;
  /** Sends the call and checks its assertions. @throws AppError `not_found` */
  check(serverId: string, id: string, connection: McpConnection, signal: AbortSignal): Promise<McpCheck>;
  /** Drops the latest checks of a server that is removed. */
  forget(serverId: string): void;
}

/** Latest checks are in memory: they hold values of results, which are stored nowhere. */
export function createSavedCalls(database: DatabaseSync, documents: McpDocuments): SavedCalls {
  const checks = new Map<string, Map<string, McpLastCheck>>();

  const toCall = (serverId: string, { id, value, savedAt }: McpDocument): McpSavedCall => ({
    ...(value as SaveMcpCall),
    id,
    savedAt,
    lastCheck: checks.get(serverId)?.get(id) ?? null,
  });
  const get = (serverId: string, id: string): McpSavedCall => {
    const document = documents.get(serverId, "call", id);
    if (!document) throw new AppError("not_found", messages.noSuchCall);
    return toCall(serverId, document);
  };
  const keepCheck = (serverId: string, id: string, { result: _result, ...check }: McpCheck) => {
    // The call may have been removed while it ran.
    if (!documents.get(serverId, "call", id)) return;
    const ofServer = checks.get(serverId) ?? new Map<string, McpLastCheck>();
    ofServer.set(id, { ...check, checkedAt: new Date().toISOString() });
    checks.set(serverId, ofServer);
  };

  return {
    list: (serverId) => documents.list(serverId, "call").map((document) => toCall(serverId, document)),
    get,
    add: (serverId, calls) =>
      transact(database, () => {
        if (documents.list(serverId, "call").length + calls.length > MAX_SAVED_CALLS) {
          throw new AppError("conflict", messages.tooManySavedCalls(MAX_SAVED_CALLS));
        }
        return calls.map((call) => toCall(serverId, documents.put(serverId, "call", call, randomUUID())));
      }),
    change(serverId, id, call) {
      get(serverId, id);
      checks.get(serverId)?.delete(id);
      return toCall(serverId, documents.put(serverId, "call", call, id));
    },
    remove(serverId, id) {
      const call = get(serverId, id);
      documents.remove(serverId, "call", id);
      checks.get(serverId)?.delete(id);
      return call;
    },
    async check(serverId, id, connection, signal) {
      const { method, params, assertions } = get(serverId, id);
      const startedAt = performance.now();
      let result: Record<string, unknown> | null = null;
      let error: string | null = null;
      try {
        result = await connection.request(method, params, { limitMs: CALL_TIMEOUT_MS.default, signal });
      } catch (thrown) {
        if (signal.aborted || !(thrown instanceof AppError)) throw thrown;
        error = thrown.message;
      }
      const durationMs = performance.now() - startedAt;
      const outcomes = outcomesOf(assertions, { result, durationMs });
      const failures = outcomes.flatMap(({ message }) => message ?? []);
      const check = { passed: failures.length === 0, durationMs, outcomes, failures, error, result };
      keepCheck(serverId, id, check);
      return check;
    },
    forget: (serverId) => void checks.delete(serverId),
  };
}
