import type { McpSupervision } from "../../../shared/protocol/mcp.ts";

const MINUTE_MS = 60_000;

export interface RunLimitsOptions {
  limits(): Pick<McpSupervision, "idleMinutes" | "lifetimeMinutes"> | undefined;
  /** No call came for the idle time, and none is running. */
  onIdle(): void;
  /** The lifetime is over. Calls may be running. */
  onOld(): void;
  /** Milliseconds of a minute. Shorter in tests. */
  minuteMs?: number | undefined;
}

/** Counts the calls of a running server, and says when it has been idle or alive for too long. */
export interface RunLimits {
  /** The server runs now. */
  start(): void;
  /** It has ended. */
  stop(): void;
  /** The limits have changed. */
  refresh(): void;
  /** Runs a call, which keeps the server from being idle. */
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when no call is running. */
  quiet(): Promise<void>;
}

export function createRunLimits({ limits, onIdle, onOld, minuteMs = MINUTE_MS }: RunLimitsOptions): RunLimits {
  let calls = 0;
  let startedAt: number | undefined;
  let usedAt = 0;
  let idle: NodeJS.Timeout | undefined;
  let old: NodeJS.Timeout | undefined;
  let quietWaits: (() => void)[] = [];

  const arm = (minutes: number | null | undefined, since: number, run: () => void): NodeJS.Timeout | undefined =>
    minutes == null ? undefined : setTimeout(run, Math.max(0, since + minutes * minuteMs - performance.now()));
  const refresh = () => {
    clearTimeout(idle);
    clearTimeout(old);
    if (startedAt === undefined) return;
    const now = limits();
    if (calls === 0) idle = arm(now?.idleMinutes, usedAt, onIdle);
    old = arm(now?.lifetimeMinutes, startedAt, onOld);
  };
  return {
    start() {
      startedAt = performance.now();
      usedAt = startedAt;
      refresh();
    },
    stop() {
      startedAt = undefined;
      refresh();
    },
    refresh,
    async during(work) {
      calls++;
      clearTimeout(idle);
      try {
        return await work();
      } finally {
        calls--;
        usedAt = performance.now();
        if (calls === 0) {
          for (const resolve of quietWaits) resolve();
          quietWaits = [];
          if (startedAt !== undefined) {
            clearTimeout(idle);
            idle = arm(limits()?.idleMinutes, usedAt, onIdle);
          }
        }
      }
    },
    async quiet() {
      if (calls > 0) await new Promise<void>((resolve) => quietWaits.push(resolve));
    },
  };
}
