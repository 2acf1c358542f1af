import { join } from "node:path";
import type { ProcessDraft } from "../../protocol/process-create.ts";
import { deploymentIdOf } from "../deployment-id.ts";
import type { HostUser } from "./host-user.ts";
import type { ResolvedProcess } from "./resolve-process.ts";

export interface ProcessIdentity {
  namespace: string;
  name: string;
}

/** Longest name of a log file without its ending, in characters: a file name has 255 bytes at most. */
const MAX_BASE = 160;
/** Format that PM2 writes before each line. */
const TIME_FORMAT = "YYYY-MM-DDTHH:mm:ss.SSSZ";

/** The program with its arguments, as it is run. */
export function argvOf({ script, interpreter, interpreterArgs }: ResolvedProcess, args: readonly string[]): string[] {
  return interpreter === null ? [script, ...args] : [interpreter.path, ...interpreterArgs, script, ...args];
}

/** The variables of a process: those of the user, those that its interpreter needs, and its own. */
export function environmentOf(
  { cwd }: ProcessDraft,
  { interpreter }: ResolvedProcess,
  user: HostUser,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment: Record<string, string> = { ...user.environment, PWD: cwd };
  // Python keeps back what it prints unless it writes to a terminal.
  if (interpreter && /python/.test(interpreter.path)) environment.PYTHONUNBUFFERED = "1";
  return { ...environment, ...own };
}

/**
 * What PM2's daemon starts a process from, as its command line prepares it, except that the environment is exactly the given
 * one: PM2's command line passes on all of its own.
 *
 * @param usedLogs Log files of other apps: names that differ in special characters only would share one.
 */
export function toSettings(
  { namespace, name }: ProcessIdentity,
  draft: ProcessDraft,
  resolved: ResolvedProcess,
  { environment, user, pm2Home, usedLogs }: SettingsContext,
): Record<string, unknown> {
  const base = logBase(namespace, name, (candidate) =>
    ["-out", "-error", ""].some((kind) => usedLogs.has(join(pm2Home, "logs", `${candidate}${kind}.log`))),
  );
  const log = (kind: string) => join(pm2Home, "logs", `${base}${kind}.log`);
  const { files, json, timestamps } = draft.logs;
  const separate = files === "two";
  const settings: Record<string, unknown> = {
    name,
    namespace,
    pm_exec_path: resolved.script,
    pm_cwd: draft.cwd,
    exec_interpreter: resolved.interpreter?.path ?? "none",
    exec_mode: `${draft.mode}_mode`,
    node_args: [...resolved.interpreterArgs],
    args: [...draft.args],
    instances: draft.instances,
    env: environment,
    autorestart: draft.autorestart,
    autostart: true,
    watch: false,
    vizion: false,
    treekill: true,
    // PM2's library for metrics keeps a script of Node.js running that has nothing left to do.
    pmx: draft.autorestart,
    automation: true,
    windowsHide: true,
    instance_var: "NODE_APP_INSTANCE",
    kill_timeout: draft.killTimeoutMs,
    username: user.name,
    // With one instance, the name of a log does not change when it is added again.
    merge_logs: draft.instances === 1,
    pm_pid_path: join(pm2Home, "pids", `${base}.pid`),
    pm_out_log_path: separate ? log("-out") : "/dev/null",
    pm_err_log_path: separate ? log("-error") : "/dev/null",
  };
  if (files === "one") settings.pm_log_path = log("");
  if (draft.maxMemoryMebibytes !== null) settings.max_memory_restart = draft.maxMemoryMebibytes * 1_048_576;
  if (draft.cron !== null) settings.cron_restart = draft.cron;
  if (json) settings.log_type = "json";
  if (timestamps) settings.log_date_format = TIME_FORMAT;
  return settings;
}

export interface SettingsContext {
  environment: Record<string, string>;
  user: HostUser;
  pm2Home: string;
  usedLogs: ReadonlySet<string>;
}

/** Name of the log files, as PM2 makes it, with the namespace before it unless that is the default one. */
function logBase(namespace: string, name: string, isUsed: (base: string) => boolean): string {
  const whole = namespace === "default" ? name : `${namespace}-${name}`;
  const base = whole.replace(/[^a-zA-Z0-9.-]/g, "-").slice(0, MAX_BASE);
  let candidate = base;
  for (let number = 2; isUsed(candidate); number++) candidate = `${base}_${number}`;
  return candidate;
}

/** The same as an entry of PM2's ecosystem file. Values of variables are left out. */
export function toEcosystem(
  { namespace, name }: ProcessIdentity,
  draft: ProcessDraft,
  resolved: ResolvedProcess,
  variables: readonly string[],
): string {
  const { files, json, timestamps } = draft.logs;
  const app: Record<string, unknown> = {
    name,
    namespace: namespace === "default" ? undefined : namespace,
    script: resolved.script,
    args: draft.args.length > 0 ? draft.args : undefined,
    interpreter: resolved.interpreter?.path ?? "none",
    interpreter_args: resolved.interpreterArgs.length > 0 ? resolved.interpreterArgs : undefined,
    cwd: draft.cwd,
    exec_mode: draft.mode,
    instances: draft.instances,
    autorestart: draft.autorestart,
    max_memory_restart: draft.maxMemoryMebibytes === null ? undefined : `${draft.maxMemoryMebibytes}M`,
    cron_restart: draft.cron ?? undefined,
    kill_timeout: draft.killTimeoutMs,
    log_type: json ? "json" : undefined,
    log_date_format: timestamps ? TIME_FORMAT : undefined,
    env: variables.length > 0 ? Object.fromEntries(variables.map((variable) => [variable, "…"])) : undefined,
  };
  if (files !== "two") Object.assign(app, { out_file: "/dev/null", error_file: "/dev/null" });
  if (files === "one") app.log_file = `${deploymentIdOf(namespace, name).replace(/[^a-zA-Z0-9.-]/g, "-")}.log`;
  return `module.exports = ${JSON.stringify({ apps: [app] }, null, 2)};\n`;
}
