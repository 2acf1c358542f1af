// Separate from the schemas: the page imports it without the schema library.

/** Programs that run a script, by name. `auto` chooses by the script, `none` runs it as a program. */
export const interpreterNames = ["auto", "node", "deno", "bun", "python", "none"] as const;
export type InterpreterName = (typeof interpreterNames)[number];

/** Longest name of a process and of a namespace, in characters. */
export const PROCESS_NAME_MAX = 128;
export const MAX_ARGUMENTS = 256;
export const MAX_VARIABLES = 200;
/** Characters of all arguments and variables together: Linux refuses more than a few hundred kilobytes for one process. */
export const MAX_INPUT = 128 * 1024;
export const KILL_TIMEOUT = { min: 100, max: 30_000, usual: 1_600 } as const;
/** In MiB. Below, no interpreter starts. */
export const MEMORY_MIN = 4;

/**
 * Variables that a process cannot have: PM2's daemon keeps variables and settings in one object, so that a variable of such a
 * name would change what runs, as whom, or where it logs.
 */
const settingsOfPm2: ReadonlySet<string> = new Set(
  `args automation autorestart autostart axm_actions axm_dynamic axm_monitor axm_options created_at cron_restart cwd
   disable_logs disable_source_map_support env exec_interpreter exec_mode exit_code exp_backoff_restart_delay gid
   ignore_watch increment_var instance_var instances kill_retry_time kill_timeout km_link listen_timeout log_date_format
   log_type max_memory_restart max_restarts merge_logs min_uptime name namespace node_args node_version pm2_env pm_cwd
   pm_err_log_path pm_exec_path pm_id pm_log_path pm_out_log_path pm_pid_path pm_uptime pmx pmx_module
   prev_restart_delay restart_delay restart_task restart_time shutdown_with_message status stop_exit_codes treekill uid
   unique_id unstable_restarts username version versioning vizion vizion_running wait_ready watch watch_delay
   watch_options windowsHide NODE_APP_INSTANCE NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID __proto__`
    .trim()
    .split(/\s+/),
);

/** Whether a process of PM2 can have a variable of this name. */
export const mayBeVariable = (name: string): boolean => !settingsOfPm2.has(name);

/** Names that PM2's command line takes for something else: everything, a number of a process, or an option. */
export const isAmbiguousName = (name: string): boolean => name === "all" || /^(\d+$|-|\/)/.test(name);

/**
 * Splits a line into arguments, as a shell does for plain words: at spaces, except inside single or double quotes; a backslash
 * outside single quotes keeps the next character. Nothing else is special: no variables, patterns, pipes or comments.
 *
 * @returns Undefined if a quote is not closed, or the line ends with a backslash.
 */
export function splitArguments(line: string): string[] | undefined {
  const found: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let index = 0; index < line.length; index++) {
    const character = line.charAt(index);
    if (character === "\\" && quote !== "'") {
      const next = line[++index];
      if (next === undefined) return undefined;
      // Inside double quotes, a backslash before any other character is one.
      word = (word ?? "") + (quote === '"' && !/["\\]/.test(next) ? `\\${next}` : next);
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word = (word ?? "") + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= "";
    } else if (/\s/.test(character)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") return undefined;
  if (word !== undefined) found.push(word);
  return found;
}

/** The line that {@link splitArguments} splits into these arguments. */
export const joinArguments = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
