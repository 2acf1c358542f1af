import { Worker } from "node:worker_threads";
import type { Finding } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { toError, type WorkerMessage } from "../../logs/worker/worker-calls.ts";
import { checkComposeText } from "./check.ts";
import { readVerdict } from "./compose-errors.ts";
import { type FileFacts, readFileFacts } from "./file-facts.ts";
import type { Surroundings } from "./semantics.ts";

/** Characters that are read at once, without a thread: of the worst file that short, some tens of milliseconds. */
const INLINE_MAX = 4_096;
/** Longest time one text is read, in milliseconds. */
const LIMIT_MS = 10_000;
/** The thread ends after so long without work. */
const IDLE_MS = 30_000;
/** Texts that wait or are read; each is of a request of its own. */
const WAITING_MAX = 64;
const HEAP_MAX_MB = 256;

/**
 * Reads compose files beside the event loop: whatever stands in one holds up nobody. Every answer has a bound in time and
 * memory; what goes beyond is a finding, or facts that are not known.
 * @throws AppError `overloaded` when too many wait.
 */
export interface ComposeReader {
  check(text: string, surroundings: Surroundings): Promise<Finding[]>;
  verdict(lines: readonly string[], text: string): Promise<Finding[]>;
  facts(texts: readonly string[] | undefined, env: string): Promise<FileFacts>;
}

interface Call {
  method: string;
  argument: unknown;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export function createComposeReader({ limitMs = LIMIT_MS, idleMs = IDLE_MS } = {}): ComposeReader {
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
  const giveUp = (reason: string) => {
    void worker?.terminate();
    worker = undefined;
    finish(({ reject }) => reject(new GaveUp(reason)));
  };
  const start = (): Worker => {
    const started = new Worker(new URL("./compose-worker.ts", import.meta.url), {
      name: "compose-reader",
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MB },
    });
    started.unref(); // it must not keep a process alive that is done
    started.on("message", (message: WorkerMessage) => {
      if (started !== worker) return;
      if (message.kind === "answer") finish(({ resolve }) => resolve(message.value));
      else if (message.kind === "refusal") finish(({ reject }) => reject(toError(message)));
    });
    started.on("error", () => started === worker && giveUp("it takes too much memory"));
    return started;
  };
  const next = () => {
    clearTimeout(idle);
    const call = waiting.shift();
    if (!call) {
      idle = setTimeout(() => {
        void worker?.terminate();
        worker = undefined;
      }, idleMs);
      idle.unref();
      return;
    }
    current = call;
    worker ??= start();
    limit = setTimeout(() => giveUp("it takes too long"), limitMs);
    worker.postMessage({ id: 0, method: call.method, argument: call.argument });
  };
  const ask = <T>(method: string, argument: unknown): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (waiting.length >= WAITING_MAX) {
        reject(new AppError("overloaded", "Too many compose files are being read; try again in a moment."));
        return;
      }
      waiting.push({ method, argument, resolve: resolve as (value: unknown) => void, reject });
      if (!current) next();
    });

  const findings = async (text: string, look: () => Finding[], method: string, argument: unknown) => {
    if (text.length <= INLINE_MAX) return look();
    try {
      return await ask<Finding[]>(method, argument);
    } catch (error) {
      if (error instanceof GaveUp) return [unread(error.message)];
      throw error;
    }
  };

  return {
    check: (text, surroundings) =>
      findings(text, () => checkComposeText(text, surroundings), "check", { text, surroundings }),
    verdict: (lines, text) => findings(text, () => readVerdict(lines, text), "verdict", { lines, text }),
    async facts(texts, env) {
      const length = (texts ?? []).reduce((sum, text) => sum + text.length, env.length);
      if (length <= INLINE_MAX) return readFileFacts(texts, env);
      try {
        return await ask<FileFacts>("facts", { texts, env });
      } catch (error) {
        if (error instanceof GaveUp) return { defined: undefined, projectName: null };
        throw error;
      }
    },
  };
}

class GaveUp extends Error {}

const unread = (why: string): Finding => ({
  severity: "error",
  source: "yaml",
  message: `The file cannot be read: ${why}.`,
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 2,
});
