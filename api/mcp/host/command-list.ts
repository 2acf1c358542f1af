import { isAbsolute } from "node:path";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";

/** The programs that the operator allows. An entry is a program, or a program with its first arguments. */
export interface CommandList {
  /** @throws AppError `forbidden` with how to allow the program, `invalid_input` for a relative path. */
  check(command: string, args: readonly string[]): void;
}

/**
 * Reads `MCP_ALLOWED_COMMANDS`: `/usr/bin/mcp-files` allows that program with any arguments, `npx -y some-server` only
 * calls that start with these words. Words are compared exactly: there are no patterns and no shell.
 */
export function createCommandList(entries: readonly string[]): CommandList {
  const allowed = entries.map((entry) => entry.split(/\s+/).filter(Boolean)).filter((words) => words.length > 0);
  return {
    check(command, args) {
      const call = [command, ...args];
      if (!isAbsolute(command) && command.includes("/")) {
        throw new AppError("invalid_input", messages.invalidProgram);
      }
      if (allowed.some((words) => words.every((word, index) => word === call[index]))) return;
      throw new AppError("forbidden", allowed.length === 0 ? messages.noProgramAllowed : messages.programNotAllowed);
    },
  };
}
