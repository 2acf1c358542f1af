import { Worker } from "node:worker_threads";
import type { Finding } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { toError, type WorkerMessage } from "../../worker/worker-calls.ts";
import { stackErrors } from "../messages.ts";
import { parseComposeErrors } from "./compose-errors.ts";
import { type FileFacts, readFileFacts } from "./file-facts.ts";
import { findingMessages } from "./messages.ts";
import type { HostContext } from "./semantics.ts";
import { checkComposeText } from "./static-checks.ts";

/** Characters that are read without a thread: even the worst text of this length takes some tens of milliseconds. */
const MAX_INLINE = 4_096;
/** Time limit for one text, in milliseconds. */
const TIMEOUT_MS = 10_000;
/** Idle time after which the thread ends, in milliseconds. */
const IDLE_MS = 30_000;
/** Texts that wait; each belongs to a request of its own. */
const MAX_WAITING = 64;
const MAX_HEAP_MB = 256;

/**
 * Reads compose files outside the event loop, so that a hostile file delays no other request. Each read is limited to 10 s
 * and 256 MiB; a read that exceeds a limit results in a finding, or in unknown facts.
 * @throws AppError `overloaded` when more than 64 texts wait.
 */
export interface ComposeReader {
  check(text: string, context: HostContext): Promise<Finding[]>;
  /** Converts the error output of Compose about a text into findings. */
  composeErrors(lines: readonly string[], text: string): Promise<Finding[]>;
  facts(texts: readonly string[] | undefined, env: string): Promise<FileFacts>;
}

interface Call {
  method: string;
  argument: unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export function createComposeReader({ timeoutMs = TIMEOUT_MS, idleMs = IDLE_MS } = {}): ComposeReader {
  const waiting: Call[] = [];
  let worker: Worker | undefined;
  let current: Call | undefined;
  let limit: NodeJS.Timeout | undefined;
  let idle: NodeJS.Timeout | undefined;

  const finish = (settle: (call: Call) => void) => {
    const call = current;
    current = undefined;
    clearTimeout(limit);
    if (call) settle(call);
    next();
  };
  const abandon = (reason: string) => {
    void worker?.terminate();
    worker = undefined;
    finish(({ reject }) => reject(new ReadLimitExceeded(reason)));
  };
  const start = (): Worker => {
    const started = new Worker(new URL("./compose-worker.ts", import.meta.url), {
      name: "compose-reader",
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    started.unref(); // an idle thread must not keep the process alive
    started.on("message", (message: WorkerMessage) => {
      if (started !== worker) return;
      if (message.kind === "answer") finish(({ resolve }) => resolve(message.value));
      else if (message.kind === "refusal") finish(({ reject }) => reject(toError(message)));
    });
    started.on("error", () => started === worker && abandon(findingMessages.memoryLimit));
    return started;
  };
  const next = () => {
    clearTimeout(idle);
    const queued = waiting.shift();
    if (!queued) {
      idle = setTimeout(() => {
        void worker?.terminate();
        worker = undefined;
      }, idleMs);
      idle.unref();
      return;
    }
    current = queued;
    worker ??= start();
    limit = setTimeout(() => abandon(findingMessages.timeLimit), timeoutMs);
    worker.postMessage({ id: 0, method: queued.method, argument: queued.argument });
  };
  const call = <T>(method: string, argument: unknown): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (waiting.length >= MAX_WAITING) {
        reject(new AppError("overloaded", stackErrors.tooManyReads));
        return;
      }
      waiting.push({ method, argument, resolve: resolve as (value: unknown) => void, reject });
      if (!current) next();
    });

  const findings = async (text: string, readNow: () => Finding[], method: string, argument: unknown) => {
    if (text.length <= MAX_INLINE) return readNow();
    try {
      return await call<Finding[]>(method, argument);
    } catch (error) {
      if (error instanceof ReadLimitExceeded) return [unread(error.message)];
      throw error;
    }
  };

  return {
    check: (text, context) => findings(text, () => checkComposeText(text, context), "check", { text, context }),
    composeErrors: (lines, text) =>
      findings(text, () => parseComposeErrors(lines, text), "composeErrors", { lines, text }),
    async facts(texts, env) {
      const length = (texts ?? []).reduce((sum, text) => sum + text.length, env.length);
      if (length <= MAX_INLINE) return readFileFacts(texts, env);
      try {
        return await call<FileFacts>("facts", { texts, env });
      } catch (error) {
        if (error instanceof ReadLimitExceeded) return { defined: undefined, projectName: null };
        throw error;
      }
    },
  };
}

class ReadLimitExceeded extends Error {}

const unread = (reason: string): Finding => ({
  severity: "error",
  source: "yaml",
  message: findingMessages.unreadable(reason),
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 2,
});
