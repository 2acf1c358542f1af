import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { AppError } from "../../server/errors.ts";
import { UpstreamError } from "../../server/upstream-error.ts";
import type { ProcessEntry } from "../process-views.ts";
import { createMessages as texts } from "./messages.ts";

/** PM2's own limit: a process that ends within it did not start. */
const MIN_UPTIME_MS = 1_000;
const POLL_MS = 200;
/** Longest wait for all instances. */
const START_LIMIT_MS = 15_000;

export interface ConfirmOptions {
  /** Processes of the new id. */
  read: () => Promise<readonly ProcessEntry[]>;
  count: number;
  /** Whether the processes tell PM2 when they run: those of Node.js and Bun. */
  announces: boolean;
  autorestart: boolean;
  /** Last lines of its output. */
  output: () => string;
  hide: (text: string) => string;
}

/**
 * Waits until every process of a new id has run for a second, or, without restarts, has ended with exit code 0.
 *
 * @returns The processes.
 * @throws AppError `conflict` with the exit code, and with the last lines of its output as `detail`
 */
export async function confirmStart(options: ConfirmOptions): Promise<readonly ProcessEntry[]> {
  const { read, count, autorestart, announces } = options;
  const started = performance.now();
  /** Since when all run: on a busy machine an interpreter takes longer than a second to begin with the script. */
  let running: number | undefined;
  for (;;) {
    const entries = await read();
    const states = entries.map((entry) => stateOf(entry, autorestart));
    const failed = entries[states.indexOf("failed")];
    if (failed) throw await failure(failed, options);
    const now = performance.now();
    const isComplete = entries.length >= count && states.every((state) => state === "up" || state === "ended");
    const isLate = now - started > START_LIMIT_MS;
    const hasBegun = !announces || isLate || entries.every(({ pm2_env }) => pm2_env.node_version !== "");
    if (isComplete && hasBegun) running ??= now;
    if (isComplete && states.every((state) => state === "ended")) return entries;
    if (isComplete && running !== undefined && now - running >= MIN_UPTIME_MS) return entries;
    if (now - started > START_LIMIT_MS + 2 * MIN_UPTIME_MS) throw withOutput(texts.notUp, options);
    await wait(POLL_MS);
  }
}

type State = "up" | "starting" | "ended" | "failed";

function stateOf({ pid, pm2_env }: ProcessEntry, autorestart: boolean): State {
  const { status, restart_time, exit_code } = pm2_env;
  if (restart_time > 0 || status === "errored" || status === "waiting restart") return "failed";
  // PM2 reports a program that could not be run as online, without a pid.
  if (status === "online") return pid > 0 ? "up" : "failed";
  if (status === "launching") return "starting";
  return !autorestart && exit_code === 0 ? "ended" : "failed";
}

async function failure({ pid, pm2_env }: ProcessEntry, options: ConfirmOptions): Promise<AppError> {
  // What it printed reaches PM2 apart from its end.
  await wait(POLL_MS);
  if (pm2_env.status === "online" && !(pid > 0) && pm2_env.restart_time === 0) {
    return withOutput(texts.noProgram, options);
  }
  if (pm2_env.exit_code === 0 && options.autorestart) return withOutput(texts.endedWell, options);
  return withOutput(texts.ended(pm2_env.exit_code ?? null), options);
}

function withOutput(message: string, { output, hide }: ConfirmOptions): AppError {
  const cause = new UpstreamError(output());
  cause.hide(hide);
  return new AppError("conflict", message, { cause });
}
