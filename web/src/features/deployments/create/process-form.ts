import { MEBIBYTES_MAX } from "../../../../../shared/protocol/alert-kinds.ts";
import { hasControlCharacter } from "../../../../../shared/protocol/control-character.ts";
import { OWN_DAEMON } from "../../../../../shared/protocol/daemon-key.ts";
import { MAX_INSTANCES } from "../../../../../shared/protocol/deployment-limits.ts";
import {
  type InterpreterName,
  interpreterNames,
  isAmbiguousName,
  KILL_TIMEOUT,
  MAX_ARGUMENTS,
  MAX_VARIABLES,
  MEMORY_MIN,
  mayBeVariable,
  splitArguments,
} from "../../../../../shared/protocol/process-create-limits.ts";
import type { ProcessCreateInput, ProcessPreviewInput } from "../../../lib/api/deployments.ts";
import { keepableText } from "../../../lib/keepable.ts";
import type { Pair } from "../../../resource/PairsField.tsx";
import { createErrors as texts } from "./messages.ts";

export type InterpreterChoice = InterpreterName | "path";

/** The fields of the dialog as typed. */
export interface ProcessDraft {
  /** Key of the daemon, and so its user. */
  daemon: string;
  script: string;
  args: string;
  /** Empty: the folder of an absolute script, or the home folder. */
  cwd: string;
  /** Empty: made from the script. */
  name: string;
  namespace: string;
  interpreter: InterpreterChoice;
  interpreterPath: string;
  interpreterArgs: string;
  env: Pair[];
  mode: "fork" | "cluster";
  instances: string;
  memory: string;
  cron: string;
  killTimeout: string;
  autorestart: boolean;
  logFiles: "two" | "one" | "none";
  json: boolean;
  timestamps: boolean;
  startDaemon: boolean;
}

export const emptyProcess = (): ProcessDraft => ({
  daemon: OWN_DAEMON,
  script: "",
  args: "",
  cwd: "",
  name: "",
  namespace: "default",
  interpreter: "auto",
  interpreterPath: "",
  interpreterArgs: "",
  env: [],
  mode: "fork",
  instances: "1",
  memory: "",
  cron: "",
  killTimeout: String(KILL_TIMEOUT.usual),
  autorestart: true,
  logFiles: "two",
  json: false,
  timestamps: false,
  startDaemon: false,
});

/** What a draft stores: names of variables without values, and arguments unless they look like a secret. */
export const keepProcess = ({ env, args, interpreterArgs, startDaemon: _, ...rest }: ProcessDraft) => ({
  ...rest,
  args: keepableText(args),
  interpreterArgs: keepableText(interpreterArgs),
  env: env.map(({ name }) => ({ name, value: "" })),
});

/** Fields of a stored draft, except choices that this version does not know. */
export function restoreProcess(kept: Partial<ProcessDraft>): Partial<ProcessDraft> {
  const { interpreter, mode, logFiles, env } = kept;
  const fields = { ...kept };
  if (interpreter !== "path" && !interpreterNames.includes(interpreter as InterpreterName)) delete fields.interpreter;
  if (mode !== "fork" && mode !== "cluster") delete fields.mode;
  if (logFiles !== "two" && logFiles !== "one" && logFiles !== "none") delete fields.logFiles;
  if (env) fields.env = env.filter((pair) => typeof pair?.name === "string").map(({ name }) => ({ name, value: "" }));
  return fields;
}

/** Options that a script of Deno needs: without `run` it does nothing, and without rights it can ask nobody. */
export const DENO_OPTIONS = "run --allow-net --allow-env --allow-read";

/** The name that a script suggests: that of the file without its ending. */
export function nameOfScript(script: string): string {
  const file = script.trim().split("/").filter(Boolean).at(-1) ?? "";
  const name = file.replace(/\.[^.]+$/, "");
  return isAmbiguousName(name) ? "" : name;
}

/** Where a process runs unless a folder is given. */
export function folderOfScript(script: string, home: string): string {
  const path = script.trim();
  return path.startsWith("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : home;
}

export type ProcessErrors = Partial<Record<keyof ProcessDraft, string>>;

export interface ProcessInput {
  /** With the names of the variables only. */
  preview: ProcessPreviewInput;
  create: ProcessCreateInput;
}

/** The requests to the server, or the errors by field. */
export function toProcess(draft: ProcessDraft, home: string): ProcessInput | { errors: ProcessErrors } {
  const errors: ProcessErrors = {};
  const script = draft.script.trim();
  const name = draft.name.trim() || nameOfScript(script);
  const namespace = draft.namespace.trim() || "default";
  const cwd = draft.cwd.trim() || folderOfScript(script, home);
  const [args, interpreterArgs] = [splitArguments(draft.args), splitArguments(draft.interpreterArgs)];
  if (script === "") errors.script = texts.script;
  if (args === undefined) errors.args = texts.args;
  else if (args.length > MAX_ARGUMENTS) errors.args = texts.tooMany(MAX_ARGUMENTS);
  if (interpreterArgs === undefined) errors.interpreterArgs = texts.args;
  if (!cwd.startsWith("/")) errors.cwd = texts.cwd;
  errors.name = script === "" && name === "" ? undefined : nameProblem(name);
  errors.namespace = nameProblem(namespace);
  if (draft.interpreter === "path" && !draft.interpreterPath.trim().startsWith("/")) {
    errors.interpreterPath = texts.interpreterPath;
  }
  if (!isWhole(draft.instances, 1, MAX_INSTANCES)) errors.instances = texts.number(1, MAX_INSTANCES);
  if (!isWhole(draft.killTimeout, KILL_TIMEOUT.min, KILL_TIMEOUT.max)) {
    errors.killTimeout = texts.number(KILL_TIMEOUT.min, KILL_TIMEOUT.max);
  }
  if (draft.memory.trim() !== "" && !isWhole(draft.memory, MEMORY_MIN, MEBIBYTES_MAX)) {
    errors.memory = texts.number(MEMORY_MIN, MEBIBYTES_MAX);
  }
  errors.env = variablesProblem(draft.env);
  if (Object.values(errors).some((error) => error !== undefined)) return { errors };
  const common = {
    script,
    args: args ?? [],
    interpreter: draft.interpreter === "path" ? draft.interpreterPath.trim() : draft.interpreter,
    interpreterArgs: draft.interpreter === "none" ? [] : (interpreterArgs ?? []),
    cwd,
    mode: draft.mode,
    instances: Number(draft.instances),
    maxMemoryMebibytes: draft.memory.trim() === "" ? null : Number(draft.memory),
    cron: draft.cron.trim() || null,
    autorestart: draft.autorestart,
    killTimeoutMs: Number(draft.killTimeout),
    logs: { files: draft.logFiles, json: draft.json, timestamps: draft.timestamps },
    startDaemon: draft.startDaemon,
  };
  const environment = Object.fromEntries(namedPairs(draft.env).map(({ name, value }) => [name, value ?? ""]));
  return {
    preview: { ...common, daemon: draft.daemon, name, namespace, variables: Object.keys(environment) },
    create: { ...common, environment },
  };
}

const namedPairs = (pairs: readonly Pair[]): Pair[] =>
  pairs.map(({ name, value }) => ({ name: name.trim(), value })).filter(({ name }) => name !== "");

const isWhole = (text: string, min: number, max: number) =>
  /^\d+$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;

function nameProblem(name: string): string | undefined {
  if (name === "") return texts.name;
  if (hasControlCharacter(name)) return texts.control;
  return isAmbiguousName(name) ? texts.ambiguous : undefined;
}

function variablesProblem(pairs: readonly Pair[]): string | undefined {
  const named = namedPairs(pairs);
  if (pairs.some(({ name, value }) => name.trim() === "" && value)) return texts.nameless;
  if (new Set(named.map(({ name }) => name)).size !== named.length) return texts.duplicate;
  if (named.length > MAX_VARIABLES) return texts.tooMany(MAX_VARIABLES);
  for (const { name } of named) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return texts.variableName(name);
    if (!mayBeVariable(name)) return texts.reserved(name);
  }
  return undefined;
}

/** Fields of the dialog that show what the server says about a field of the request. */
const fieldOf: Readonly<Record<string, keyof ProcessDraft>> = {
  script: "script",
  args: "args",
  cwd: "cwd",
  name: "name",
  namespace: "namespace",
  interpreter: "interpreter",
  interpreterArgs: "interpreterArgs",
  mode: "mode",
  cron: "cron",
  maxMemoryMebibytes: "memory",
  environment: "env",
  startDaemon: "startDaemon",
};

/** The server's problems by field of the dialog. */
export const toErrors = (problems: readonly { field: string; message: string }[]): ProcessErrors =>
  Object.fromEntries(problems.map(({ field, message }) => [fieldOf[field] ?? "script", message]));
