import { copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { COPIES_FOLDER } from "../api/database/copies.ts";
import { STORE_FOLDER } from "../api/logs/store/segment.ts";
import { makePrivateFolder } from "../shared/server/private-file.ts";

/**
 * Copies the state folder while the servers run. Holds the lock of all writers of state and audit trail, so that the trail in
 * the copy ends exactly at its anchor in the database.
 */
function copyState(from: string, to: string): void {
  const database = join(from, "state.db");
  if (!existsSync(database)) throw new Error("The state folder has no state.db.");
  makePrivateFolder(to);
  const lock = new DatabaseSync(database);
  const reader = new DatabaseSync(database);
  try {
    lock.exec("PRAGMA busy_timeout = 10000");
    lock.exec("BEGIN IMMEDIATE");
    reader.prepare("VACUUM INTO ?").run(join(to, "state.db"));
    copyFolder(from, to);
    lock.exec("ROLLBACK");
  } finally {
    reader.close();
    lock.close();
  }
}

/** Larger than any compose file or `.env`; a larger file beside one is data of a container. */
const STACK_FILE_MAX = 1024 * 1024;

/**
 * Copies regular files and folders, except the database, which was copied before. Of stacks, only the files at the top level
 * are copied: deeper files are mounted by their containers and can have any size.
 */
function copyFolder(from: string, to: string, stacks = join(from, "stacks")): void {
  for (const name of readdirSync(from)) {
    if (/^state\.db(-|$)/.test(name) || name.endsWith(".tmp") || name === "setup-token") continue;
    const source = join(from, name);
    if (source === join(dirname(stacks), STORE_FOLDER)) continue; // log history is large and not state
    if (from === dirname(stacks) && name.startsWith("history.db")) continue; // nor are the metrics
    if (from === dirname(stacks) && name.startsWith("activity.db")) continue; // nor is the output of actions
    if (from === dirname(stacks) && name === COPIES_FOLDER) continue; // nor are copies of the database from before an upgrade
    if (from === dirname(stacks) && name === "mcp-programs") continue; // programs of MCP servers are installed anew
    if (from === dirname(stacks) && name === "saves") continue; // nor are copies of interrupted saves
    const kind = lstatSync(source);
    if (kind.isDirectory()) {
      if (dirname(from) === stacks) continue;
      mkdirSync(join(to, name), { mode: 0o700 });
      copyFolder(source, join(to, name), stacks);
    } else if (kind.isFile() && (dirname(from) !== stacks || kind.size <= STACK_FILE_MAX)) {
      copyFileSync(source, join(to, name));
    }
  }
}

const [from, to] = process.argv.slice(2);
process.umask(0o077);
try {
  if (!from || !to) throw new Error("Usage: state-copy.ts <state folder> <new folder>");
  if (existsSync(to) && readdirSync(to).length > 0) throw new Error("The new folder is not empty.");
  copyState(from, to);
} catch (error) {
  if (to) rmSync(join(to, "state.db"), { force: true });
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
