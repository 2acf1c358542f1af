import type { LineFormat } from "../logs/pm2/line-parser.ts";
import { toLogPath } from "./log-files.ts";
import type { ProcessEntry } from "./process-views.ts";

/** Log files of one PM2 process. PM2 names the files; several processes can share them. */
export interface ProcessLogFiles {
  pmId: number;
  name: string;
  /** Null if PM2 keeps no log of it. */
  out: string | null;
  error: string | null;
  /** File with both streams in the order they were written; set if `out` or `error` alone would not contain everything. */
  both: string | null;
  format: LineFormat;
  running: boolean;
  /** Its newest run has ended, and PM2 does not start the next at this moment. */
  ended: boolean;
  /** It has crashed and PM2 starts it again: `restarts` may already include that start, while all else is of the ended run. */
  restarting: boolean;
  /** PM2's count of restarts. */
  restarts: number;
  /** Start of its newest run, in milliseconds since the epoch; 0 if it never ran. */
  startedAt: number;
  /** Exit code of the newest run that ended, if PM2 knows it. */
  exitCode: number | undefined;
}

const endedStatuses: ReadonlySet<string> = new Set(["stopped", "errored", "waiting restart", "one-launch-status"]);

export const toProcessLogFiles = ({ pid, pm2_env }: ProcessEntry): ProcessLogFiles => ({
  pmId: pm2_env.pm_id,
  name: pm2_env.name,
  ...toLogFiles(pm2_env),
  format: { dateFormat: pm2_env.log_date_format || null, json: pm2_env.log_type === "json" },
  running: pm2_env.status === "online",
  // PM2 keeps the pid of a process that it starts again, and only of such a one.
  ended: endedStatuses.has(pm2_env.status) && !(pm2_env.status === "stopped" && pid > 0),
  restarting: pid > 0 && (pm2_env.status === "stopped" || pm2_env.status === "waiting restart"),
  restarts: pm2_env.restart_time,
  startedAt: pm2_env.pm_uptime,
  exitCode: pm2_env.exit_code,
});

function toLogFiles(env: ProcessEntry["pm2_env"]): Pick<ProcessLogFiles, "out" | "error" | "both"> {
  if (env.disable_logs) return { out: null, error: null, both: null };
  const [out, error, both] = [env.pm_out_log_path, env.pm_err_log_path, env.pm_log_path].map(toLogPath);
  // If each stream has a file, the common file contains nothing more.
  if (!both || (out && error)) return { out: out ?? null, error: error ?? null, both: null };
  return { out: null, error: null, both };
}
