import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import type { ProcessDraft, ProcessDraftField } from "../../protocol/process-create.ts";
import { nextTimes } from "./cron-times.ts";
import type { HostUser } from "./host-user.ts";
import { findCommand, findInterpreter, isProgram, type NamedInterpreter, versionOf } from "./interpreters.ts";
import { createMessages as texts } from "./messages.ts";

export interface Problem {
  field: ProcessDraftField;
  message: string;
}

/** What a draft means on this host. */
export interface ResolvedProcess {
  /** Absolute path of the script or program. */
  script: string;
  /** Null: the script is a program. */
  interpreter: { path: string; version: string | null } | null;
  interpreterArgs: readonly string[];
  restarts: Date[];
  /** Why it cannot be created. */
  problems: Problem[];
  notes: string[];
}

/** First version of Node.js that runs TypeScript by itself. */
const TYPESCRIPT_NODE = [22, 18] as const;

/** Looks at what a draft names, and runs none of it. */
export async function resolveProcess(draft: ProcessDraft, user: HostUser): Promise<ResolvedProcess> {
  const problems: Problem[] = [];
  const refuse = (field: ProcessDraftField, message: string | undefined) => {
    if (message !== undefined) problems.push({ field, message });
  };
  refuse("cwd", await folderProblem(draft.cwd, user));
  const { script, isCommand } = await findScript(draft, user);
  const scriptProblem = await fileProblem(script, user, draft.script);
  refuse("script", scriptProblem);
  const chosen = scriptProblem ? undefined : await chooseInterpreter(draft, script, isCommand, user);
  if (chosen && "problem" in chosen) refuse(chosen.field, chosen.problem);
  const interpreter = chosen && "path" in chosen ? chosen : null;
  const isNode = interpreter !== null && /node$/.test(basename(interpreter.path));
  const isKnown = chosen !== undefined && (chosen === null || "path" in chosen);
  if (draft.mode === "cluster" && isKnown && !isNode) refuse("mode", texts.clusterNeedsNode);
  if (draft.interpreterArgs.length > 0 && chosen === null) refuse("interpreterArgs", texts.noInterpreterForOptions);
  const restarts = draft.cron === null ? [] : nextTimes(draft.cron);
  if (restarts === undefined) refuse("cron", texts.cronUnreadable);
  else if (draft.cron !== null && restarts.length === 0) refuse("cron", texts.cronNever);
  return {
    script,
    interpreter: interpreter && { path: interpreter.path, version: interpreter.version },
    interpreterArgs: draft.interpreterArgs,
    restarts: restarts ?? [],
    problems,
    notes: [...(user.isOther ? [texts.otherUser(user.name)] : []), ...notesOn(draft, isNode)],
  };
}

function notesOn({ mode, instances, cron, autorestart, killTimeoutMs: _ }: ProcessDraft, isNode: boolean): string[] {
  const notes: string[] = [];
  if (mode === "cluster") notes.push(texts.clusterNote);
  else if (instances > 1) notes.push(isNode ? texts.forkNodeInstances : texts.forkInstances);
  if (cron !== null && cron.split(/\s+/).length === 6) notes.push(texts.cronSeconds);
  if (!autorestart && cron !== null) notes.push(texts.task);
  return notes;
}

/** A name without a slash is a file in the working directory, or else a command. */
async function findScript(
  { script, cwd }: ProcessDraft,
  user: HostUser,
): Promise<{ script: string; isCommand: boolean }> {
  const file = resolve(cwd, script);
  if (script.includes("/") || (await exists(file))) return { script: file, isCommand: false };
  const command = await findCommand(script, user);
  return { script: command ?? file, isCommand: command !== null };
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

async function folderProblem(path: string, { name, isOther }: HostUser): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return texts.noFolder;
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    if (!isDenied(error)) return texts.folderMissing;
    return isOther ? undefined : texts.folderDenied(name);
  }
}

async function fileProblem(path: string, { name, isOther }: HostUser, typed: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return texts.scriptIsFolder;
    return found.isFile() ? undefined : texts.scriptNoFile;
  } catch (error) {
    if (isDenied(error)) return isOther ? undefined : texts.scriptDenied(name);
    return /\s/.test(typed.trim()) ? texts.scriptIsLine : texts.scriptMissing;
  }
}

const isDenied = (error: unknown) => /^E(ACCES|PERM)$/.test(String((error as NodeJS.ErrnoException).code));

type Choice = { path: string; version: string | null } | { problem: string; field: ProcessDraftField } | null;

/** The interpreter of a script; null for a program. */
async function chooseInterpreter(
  { interpreter }: ProcessDraft,
  script: string,
  isCommand: boolean,
  user: HostUser,
): Promise<Choice> {
  if (interpreter === "none" || (interpreter === "auto" && isCommand))
    return programOr(script, texts.notExecutable, user);
  if (interpreter === "auto") return guessInterpreter(script, user);
  if (!(await isReadable(script, user))) return { problem: texts.scriptDenied(user.name), field: "script" };
  if (!interpreter.startsWith("/")) return named(interpreter as NamedInterpreter, user);
  if (await isProgram(interpreter)) return { path: interpreter, version: null };
  return { problem: texts.interpreterNotExecutable, field: "interpreter" };
}

async function programOr(script: string, problem: string, { isOther }: HostUser): Promise<Choice> {
  if (await isProgram(script)) return null;
  const isHidden = isOther && (await access(script).then(() => false, isDenied));
  return isHidden ? null : { problem, field: "script" };
}

async function named(name: NamedInterpreter, user: HostUser): Promise<Choice> {
  const path = await findInterpreter(name, user);
  if (path === null) return { problem: texts.interpreterMissing(name), field: "interpreter" };
  return { path, version: await versionOf(path, user) };
}

const byEnding: Readonly<Record<string, NamedInterpreter | "typescript" | { command: string }>> = {
  ".js": "node",
  ".mjs": "node",
  ".cjs": "node",
  ".ts": "typescript",
  ".mts": "typescript",
  ".cts": "typescript",
  ".jsx": "bun",
  ".tsx": "bun",
  ".py": "python",
  ".sh": { command: "bash" },
  ".rb": { command: "ruby" },
  ".php": { command: "php" },
  ".pl": { command: "perl" },
};

async function guessInterpreter(script: string, user: HostUser): Promise<Choice> {
  const guess = byEnding[extname(script).toLowerCase()];
  if (guess === undefined) return programOr(script, texts.chooseInterpreter, user);
  if (!(await isReadable(script, user))) return { problem: texts.scriptDenied(user.name), field: "script" };
  if (typeof guess === "object") {
    const path = await findCommand(guess.command, user);
    // A script that is executable names its interpreter itself.
    return path === null ? programOr(script, texts.interpreterMissing(guess.command), user) : { path, version: null };
  }
  if (guess !== "typescript") return named(guess, user);
  const node = await named("node", user);
  if (node && "path" in node && runsTypeScript(node.version)) return node;
  const bun = await named("bun", user);
  return bun && "path" in bun ? bun : { problem: texts.typeScript, field: "interpreter" };
}

function runsTypeScript(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  return major > TYPESCRIPT_NODE[0] || (major === TYPESCRIPT_NODE[0] && minor >= TYPESCRIPT_NODE[1]);
}

/** Whether the user can read a file; one that this process may not look at is for another user to know. */
const isReadable = (path: string, { isOther }: HostUser) =>
  access(path, constants.R_OK).then(
    () => true,
    () => isOther,
  );
