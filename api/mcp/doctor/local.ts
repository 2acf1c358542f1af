import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, extname, isAbsolute, join } from "node:path";
import process from "node:process";
import type { CommandList } from "../host/command-list.ts";
import type { McpTransport } from "../store.ts";
import { messages as texts } from "./messages.ts";
import type { Diagnosis } from "./steps.ts";

type StdioTransport = Extract<McpTransport, { type: "stdio" }>;

/** Endings of arguments that name the script of a program. */
const scripts = new Set([".js", ".mjs", ".cjs", ".ts", ".py", ".rb", ".php", ".jar", ".sh"]);

/** Looks at a local program before it is started. Returns whether a start can be tried. */
export async function diagnoseLocal(
  { command, args }: StdioTransport,
  { steps, commands }: { steps: Diagnosis; commands: CommandList },
): Promise<boolean> {
  const allowed = await steps.run("allowed", () => {
    commands.check(command, args);
    return { outcome: "ok", message: texts.allowed };
  });
  if (!allowed) {
    steps.skip("program");
    return false;
  }
  return steps.run("program", async () => {
    const path = await findProgram(command);
    if (path === undefined) return { outcome: "failed", message: texts.noProgram, fix: texts.noProgramFix };
    for (const [index, argument] of args.entries()) {
      if (!isAbsolute(argument) || !scripts.has(extname(argument))) continue;
      if (!(await stat(argument).catch(() => undefined))) {
        return { outcome: "failed", message: texts.noFile(index + 1), fix: texts.noFileFix };
      }
    }
    return { outcome: "ok", message: texts.program(path) };
  });
}

async function findProgram(command: string): Promise<string | undefined> {
  const paths = isAbsolute(command)
    ? [command]
    : (process.env.PATH ?? "")
        .split(delimiter)
        .filter(isAbsolute)
        .map((folder) => join(folder, command));
  for (const path of paths) {
    const runs = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}
