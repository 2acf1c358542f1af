import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "./service-process.ts";

/** The programs in a document, by the file name that their first line has as a comment. */
export function documentPrograms(document: string): Map<string, string> {
  const text = readFileSync(join(projectFolder, document), "utf8");
  const blocks = text.matchAll(/^```\w+\n((?:\/\/|#) ([\w-]+\.\w+)\n.*?)^```$/gms);
  return new Map([...blocks].map(([, program = "", name = ""]) => [name, program]));
}

/** Lines of a program that are neither empty nor comments alone. */
export const codeLines = (program: string): string[] =>
  program.split("\n").filter((line) => line !== "" && !/^(?:\/\/|#)/.test(line));
