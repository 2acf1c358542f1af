import { statSync } from "node:fs";
import process from "node:process";
import type { DatabaseSync } from "node:sqlite";
import { ZodError } from "zod";
import { ConfigError, parseConfig } from "../../shared/server/config.ts";
import { describeIssues } from "../../shared/server/errors.ts";
import { silentLog } from "../../shared/server/log.ts";
import { openTrail, type Trail } from "../audit/trail.ts";
import { openDatabase } from "../database/database.ts";

export interface State {
  database: DatabaseSync;
  trail: Trail;
  close(): void;
}

/** Opens the state of the server, which may be running. @throws ConfigError for the state of another user */
export function openState(): State {
  const { DATA_DIR: dataDir } = parseConfig(process.env);
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid;
  if (owner === undefined)
    throw new ConfigError("There is no DATA_DIR yet; start the server first, or set the variable.");
  // The server could not write to files created by root.
  if (process.getuid && owner !== process.getuid()) throw new ConfigError("Run this as the user who owns DATA_DIR.");
  const database = openDatabase(dataDir);
  const trail = openTrail({ dataDir, log: silentLog() });
  return {
    database,
    trail,
    close: () => {
      trail.close();
      database.close();
    },
  };
}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Runs a command line tool. An expected error is one line on stderr and exit code 1. */
export async function runTool(tool: () => Promise<void>): Promise<void> {
  try {
    await tool();
  } catch (error) {
    const sentence =
      error instanceof ZodError ? describeIssues(error) : error instanceof Error ? error.message : String(error);
    process.stderr.write(`${sentence}\n`);
    process.exitCode = 1;
  }
}
