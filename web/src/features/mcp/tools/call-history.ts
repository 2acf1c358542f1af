import { createSignal } from "solid-js";
import { formatPercent } from "../../../lib/format.ts";
import { resultMessages } from "../messages.ts";
import { type ToolResult, toToolResult } from "./tool-result.ts";

export interface ToolCall {
  id: number;
  tool: string;
  arguments: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** Progress that the server reports while the call runs. */
  progress: string | null;
  /** Milliseconds; null while it runs. */
  duration: number | null;
  /** Null while the call runs, or if it failed. */
  result: ToolResult | null;
  /** The response as it came, for the app of the tool; null for a tool without one. */
  response: unknown;
  /** Why the call failed. */
  error: string | null;
}

export interface CallProgress {
  progress: number;
  total?: number;
  message?: string;
}

const progressText = ({ progress, total, message }: CallProgress): string =>
  [total ? formatPercent(Math.min(100, (progress / total) * 100)) : `step ${progress}`, message]
    .filter(Boolean)
    .join(" · ");

export interface CallHistoryDeps {
  call(
    tool: string,
    args: Record<string, unknown>,
    signal: AbortSignal,
    onProgress: (progress: CallProgress) => void,
    timeoutMs: number | undefined,
  ): Promise<unknown>;
  toMessage(error: unknown): string;
  now?: () => number;
}

export interface RunOptions {
  timeoutMs?: number;
  outputSchema?: Record<string, unknown>;
  /** Keeps the response for the app of the tool. */
  hasApp?: boolean;
}

/** Calls in the list; the oldest are dropped, as results may be large. */
const MAX_CALLS = 50;

/** Calls tools of one server, and lists the calls and their results until the page is closed. */
export function createCallHistory({ call, toMessage, now = () => performance.now() }: CallHistoryDeps) {
  const [calls, setCalls] = createSignal<readonly ToolCall[]>([]);
  const running = new Map<number, AbortController>();
  let lastId = 0;

  const change = (id: number, fields: Partial<ToolCall>) =>
    setCalls((old) => old.map((call) => (call.id === id ? { ...call, ...fields } : call)));

  return {
    /** Newest first. */
    calls,
    async run(
      tool: string,
      args: Record<string, unknown>,
      { timeoutMs, outputSchema, hasApp }: RunOptions = {},
    ): Promise<number> {
      const id = ++lastId;
      const started = now();
      const abort = new AbortController();
      running.set(id, abort);
      const entry = {
        id,
        tool,
        arguments: args,
        startedAt: Date.now(),
        progress: null,
        duration: null,
        result: null,
        response: null,
        error: null,
      };
      setCalls((old) => [entry, ...old].slice(0, MAX_CALLS));
      try {
        const onProgress = (at: CallProgress) => change(id, { progress: progressText(at) });
        const response = await call(tool, args, abort.signal, onProgress, timeoutMs);
        const result = toToolResult(response, outputSchema);
        change(id, { result, response: hasApp ? response : null, duration: now() - started });
      } catch (error) {
        change(id, {
          error: abort.signal.aborted ? resultMessages.cancelled : toMessage(error),
          duration: now() - started,
        });
      } finally {
        running.delete(id);
      }
      return id;
    },
    cancel: (id: number) => running.get(id)?.abort(),
    clear: () => setCalls((old) => old.filter(({ duration }) => duration === null)),
  };
}

export type CallHistory = ReturnType<typeof createCallHistory>;
