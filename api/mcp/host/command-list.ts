import { isAbsolute } from "node:path";
import { isAllowedCall } from "../../../shared/protocol/allowed-entry.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { messages } from "../messages.ts";

/** The programs that the operator and administrators allow. An entry is a program, or a program with its first arguments. */
export interface CommandList {
  /** @throws AppError `forbidden` with how to allow the program, `invalid_input` for a relative path. */
  check(command: string, args: readonly string[]): void;
}

/**
 * Checks commands by the entries of `MCP_ALLOWED_COMMANDS` of now: `/usr/bin/mcp-files` allows that program with any arguments, `npx -y some-server` only
 * calls that start with these words. Words are compared exactly: there are no patterns and no shell.
 */
export function createCommandList(entries: () => readonly string[]): CommandList {
  return {
    check(command, args) {
      if (!isAbsolute(command) && command.includes("/")) {
        throw new AppError("invalid_input", messages.invalidProgram);
      }
      const allowed = entries();
      if (isAllowedCall(allowed, [command, ...args])) return;
      throw new AppError("forbidden", allowed.length === 0 ? messages.noProgramAllowed : messages.programNotAllowed);
    },
  };
}
