import { isAbsolute } from "node:path";
import { AppError } from "../../../shared/server/errors.ts";

/** What the operator allows to be started; an entry is a program, or a program with its first arguments. */
export interface CommandList {
  /** Throws `forbidden` with how to allow it. */
  check(command: string, args: readonly string[]): void;
}

/**
 * Reads `MCP_ALLOWED_COMMANDS`: `/usr/bin/mcp-files` allows that program with any arguments, `npx -y some-server` only
 * calls that begin so. Compared word by word and letter by letter: there is no pattern and no shell.
 */
export function createCommandList(entries: readonly string[]): CommandList {
  const allowed = entries.map((entry) => entry.split(/\s+/).filter(Boolean)).filter((words) => words.length > 0);
  return {
    check(command, args) {
      const call = [command, ...args];
      if (!isAbsolute(command) && command.includes("/")) {
        throw new AppError("invalid_input", "The program must be a name on the PATH or an absolute path.");
      }
      if (allowed.some((words) => words.every((word, index) => word === call[index]))) return;
      throw new AppError(
        "forbidden",
        allowed.length === 0
          ? "No program may be started yet: the operator lists them in MCP_ALLOWED_COMMANDS."
          : "This program is not in the operator's list, MCP_ALLOWED_COMMANDS.",
      );
    },
  };
}
