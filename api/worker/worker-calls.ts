import { parentPort } from "node:worker_threads";
import type { ErrorCode } from "../../shared/protocol/result.ts";
import { AppError, toAppError } from "../../shared/server/errors.ts";
import { flushCompileCache } from "../../shared/server/flush-compile-cache.ts";

/** A call to a worker, and its response. Both are plain data. */
export interface WorkerCall {
  id: number;
  method: string;
  argument: unknown;
}

export type WorkerMessage =
  | { kind: "answer"; id: number; value: unknown }
  | { kind: "refusal"; id: number; code: ErrorCode; message: string; internal?: string }
  | { kind: "log"; entry: string }
  | { kind: "ready" }
  | { kind: "event"; name: string; data: unknown };

export const tell = (message: WorkerMessage): void => parentPort?.postMessage(message);

/** Serves calls in a worker by these methods. */
export function answerCalls(methods: Readonly<Record<string, (argument: never) => unknown>>): void {
  parentPort?.on("message", (call: WorkerCall) => void answer(call));

  async function answer({ id, method, argument }: WorkerCall): Promise<void> {
    try {
      tell({ kind: "answer", id, value: await methods[method]?.(argument as never) });
    } catch (error) {
      const { code, message } = toAppError(error);
      const internal =
        code === "internal"
          ? { internal: error instanceof Error ? (error.stack ?? error.message) : String(error) }
          : {};
      tell({ kind: "refusal", id, code, message, ...internal });
    }
  }
  tell({ kind: "ready" });
  flushCompileCache();
}

export const toError = ({ code, message, internal }: Extract<WorkerMessage, { kind: "refusal" }>): Error =>
  internal === undefined ? new AppError(code, message) : new Error(internal);
