import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { mayBeStop } from "../../shared/health/container-status.ts";
import { LOOP_RESTARTS } from "../../shared/health/restart-loop.ts";
import { isProcessFault } from "../../shared/health/running.ts";
import { detectLevel } from "../../shared/logs/level.ts";
import { toPlain } from "../../shared/logs/plain-text.ts";
import type { Deployment } from "../../shared/protocol/deployment.ts";
import type { CauseLine, Evidence } from "../../shared/protocol/watch.ts";
import { eachAtOnce } from "../../shared/server/async/each-at-once.ts";
import { withTimeout } from "../../shared/server/async/with-timeout.ts";
import type { ApiDeps } from "../deps.ts";

/** Processes of one request; those beyond have no evidence. */
const PROCESSES_MAX = 16;
const AT_ONCE = 4;
/** Longest wait: PM2 may hang, and a log may lie on a disk that does. */
const LIMIT_MS = 1_500;
/** End of a log that is read. */
const TAIL_BYTES = 16 * 1024;
const TEXT_MAX = 500;

/** Explains PM2 processes that are errored or restart in a loop: exit code, and the last error of their log. */
export async function processEvidence(
  { processes, processRestarts }: Pick<ApiDeps, "processes" | "processRestarts">,
  deployments: readonly Deployment[],
  now: number,
): Promise<Evidence[]> {
  // PM2 calls a process errored only when it ends within a second: one that dies later is online most of the time.
  const isLooping = (app: Deployment) => processRestarts.recent(app, now) >= LOOP_RESTARTS;
  const isErrored = (app: Deployment) => app.instances.some(({ status }) => status === "errored");
  const troubled = deployments
    .filter((app) => isProcessFault(app) || isErrored(app) || isLooping(app))
    .slice(0, PROCESSES_MAX);
  const found: Evidence[] = [];
  const explain = async (app: Deployment) => {
    const { id } = app;
    // Without evidence the line still says that the process failed.
    const files = await processes.logFiles(id).catch(() => []);
    const ended = files.find((file) => file.ended) ?? files[0];
    if (!ended) return;
    const exitCode = ended.exitCode ?? null;
    // PM2 counts restarts by people too: they end by a signal, or well.
    if (!isProcessFault(app) && !isErrored(app) && mayBeStop(exitCode)) return;
    const line = await lastError(ended.error ?? ended.both ?? ended.out, ended.error !== null).catch(() => null);
    found.push({
      kind: "process",
      id,
      restarts: { count: processRestarts.recent(app, now), exitCode },
      line,
      health: null,
    });
  };
  await withTimeout(eachAtOnce(troubled, AT_ONCE, explain), LIMIT_MS, () => undefined);
  return [...found];
}

/** The last error in the end of a log, or else its last line. */
async function lastError(path: string | null, isStderr: boolean): Promise<CauseLine | null> {
  if (path === null) return null;
  // Opening a pipe without a writer would wait forever.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return null;
    const start = Math.max(0, stats.size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(stats.size - start), 0, stats.size - start, start);
    const lines = buffer.subarray(0, bytesRead).toString("utf8").split("\n");
    if (start > 0) lines.shift();
    const texts = lines.map((line) => toPlain(line).trim()).filter((line) => line !== "");
    const leveled = texts.map((text) => ({ text, level: detectLevel(text) }));
    const error = leveled.findLast(({ level }) => level === "error" || level === "fatal");
    const chosen = error ?? leveled.at(-1);
    if (!chosen) return null;
    return {
      text: chosen.text.slice(0, TEXT_MAX),
      time: null,
      level: chosen.level,
      stream: isStderr ? "stderr" : "stdout",
      isError: error !== undefined || isStderr,
    };
  } finally {
    await file.close();
  }
}
