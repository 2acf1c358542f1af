import { createHmac } from "node:crypto";

type Fields = Record<string, unknown>;

/**
 * Fields of a process that PM2 itself makes. PM2 mixes the variables of its environment among them, so everything else counts
 * as a variable.
 */
const ownFields: ReadonlySet<string> = new Set(
  `args autorestart autostart automation axm_actions axm_dynamic axm_monitor axm_options created_at cron_restart cwd
  disable_logs disable_source_map_support disable_trace error_file env exec_interpreter exec_mode execute_command exit_code
  exp_backoff_restart_delay force ignore_watch increment_var instance_var instances kill_retry_time kill_timeout
  km_link listen_timeout log_date_format log_file log_type max_memory_restart max_restarts merge_logs min_uptime name
  name_prefix namespace node_args node_version out_file pid_file pid_path pm_cwd pm_err_log_path pm_exec_path pm_id pm_log_path
  pm_out_log_path pm_pid_path pm_uptime pmx pmx_module post_update prev_restart_delay restart_delay restart_time script
  shutdown_with_message source_map_support status stop_exit_codes time trace treekill uid gid unique_id unstable_restarts
  username version versioning vizion vizion_running wait_ready watch watch_delay watch_options windowsHide
  NODE_APP_INSTANCE _pm2_version axm_user`.split(/\s+/),
);

export interface HiddenValues {
  /** PM2's list, with the values of all variables hidden. */
  list(list: unknown): unknown;
  /** A saved list, the same way: equal values stay equal. */
  saved(list: unknown): unknown;
}

/**
 * Hides the values of variables for a reader that may not act as the user: their names, and which of them are equal, are all
 * that it needs. The key belongs to the run of the helper.
 */
export function createHiddenValues(key: Buffer): HiddenValues {
  const hide = (value: unknown): string =>
    `hidden:${createHmac("sha256", key).update(String(value)).digest("base64url").slice(0, 22)}`;
  const settings = (value: unknown): unknown => {
    if (!isFields(value)) return value;
    const own = Object.entries(value).filter(([name]) => ownFields.has(name));
    const kept = Object.fromEntries(own);
    if (isFields(kept.env)) {
      kept.env = Object.fromEntries(Object.entries(kept.env).map(([name, variable]) => [name, hide(variable)]));
    } else delete kept.env;
    return kept;
  };
  const each = (list: unknown, change: (item: unknown) => unknown) => (Array.isArray(list) ? list.map(change) : list);
  return {
    saved: (list) => each(list, settings),
    list: (list) =>
      each(list, (item) => {
        if (!isFields(item)) return item;
        const { pid, name, pm_id, monit, pm2_env } = item;
        return { pid, name, pm_id, monit, pm2_env: settings(pm2_env) };
      }),
  };
}

/** An event of PM2's bus without the variables among the fields of its process. */
export function withoutVariables(event: unknown): unknown {
  if (!isFields(event) || !isFields(event.process)) return event;
  const own = Object.entries(event.process).filter(([name]) => ownFields.has(name) && name !== "env");
  return { ...event, process: Object.fromEntries(own) };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
