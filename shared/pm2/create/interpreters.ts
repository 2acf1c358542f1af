import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { ProcessHostInfo } from "../../protocol/process-create.ts";
import type { HostUser } from "./host-user.ts";

/** Interpreters that can be chosen by name, with the programs that are looked for, best first. */
const programs = { node: ["node"], deno: ["deno"], bun: ["bun"], python: ["python3", "python"] } as const;
export type NamedInterpreter = keyof typeof programs;
const names = Object.keys(programs) as NamedInterpreter[];

const VERSION_LIMIT_MS = 3_000;
/** Versions that are remembered, by program and time of its last change. */
const MAX_KNOWN = 64;
const known = new Map<string, string | null>();

/** Finds a program in the search path of the user; null if there is none that the user may run. */
export async function findCommand(name: string, { folders }: Pick<HostUser, "folders">): Promise<string | null> {
  for (const folder of folders) {
    const path = join(folder, name);
    if ((await isProgram(path)) === true) return path;
  }
  return null;
}

/** Whether a path is a regular file that this process may run; a code of the system if it cannot be looked at. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** Finds an interpreter by its name. */
export async function findInterpreter(name: NamedInterpreter, user: HostUser): Promise<string | null> {
  for (const program of programs[name]) {
    const path = await findCommand(program, user);
    if (path !== null) return path;
  }
  // The installer brings a Node.js of its own, which need not be in the search path.
  return name === "node" && isNode() ? process.execPath : null;
}

const isNode = () => !("Deno" in globalThis) && !("Bun" in globalThis);

/**
 * Version of an interpreter that was found by name. No other program is run: a preview starts nothing of the user's.
 *
 * @returns Null if the program does not tell it within 3 s.
 */
export async function versionOf(path: string, { environment }: Pick<HostUser, "environment">): Promise<string | null> {
  const key = await stat(path).then(
    ({ mtimeMs, ino }) => `${path} ${ino} ${mtimeMs}`,
    () => undefined,
  );
  if (key === undefined) return null;
  const before = known.get(key);
  if (before !== undefined) return before;
  const version = await askVersion(path, environment);
  if (known.size >= MAX_KNOWN) known.clear();
  if (version !== null) known.set(key, version);
  return version;
}

function askVersion(path: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { env, cwd: "/", timeout: VERSION_LIMIT_MS, maxBuffer: 16 * 1024, killSignal: "SIGKILL" } as const;
    execFile(path, ["--version"], options, (error, stdout) =>
      resolve(error ? null : (/\d+\.\d+[\w.+-]*/.exec(stdout)?.[0].slice(0, 40) ?? null)),
    );
  });
}

/** Interpreters that can be chosen by name, with what is installed. */
export function listInterpreters(user: HostUser): Promise<ProcessHostInfo["interpreters"]> {
  return Promise.all(
    names.map(async (name) => {
      const path = await findInterpreter(name, user);
      return { name, path, version: path === null ? null : await versionOf(path, user) };
    }),
  );
}
