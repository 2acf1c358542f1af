import type { Gap, StreamClosed, StreamState } from "../../shared/protocol/events/services.ts";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import type { LogBatch } from "./log-batch.ts";

/** What subscribers of a log receive. Cursors are formatted; the namespace adds the names. */
export type LogEvent =
  | { kind: "logs"; batch: LogBatch; cursor: string }
  | { kind: "gap"; gap: Gap }
  | { kind: "state"; state: StreamState }
  | { kind: "closed"; closed: StreamClosed }
  | { kind: "degraded"; message: string; code: ErrorCode };
