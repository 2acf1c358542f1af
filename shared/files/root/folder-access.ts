import { execFile } from "node:child_process";
import type { Stats } from "node:fs";
import { type FileHandle, stat } from "node:fs/promises";
import process from "node:process";
import { promisify } from "node:util";
import { errnoOf } from "./failure.ts";
import type { Folder } from "./folder.ts";

const run = promisify(execFile);
const LS_TIMEOUT_MS = 2_000;
const REMEMBER_MS = 10_000;
const MAX_REMEMBERED = 256;

/**
 * Gives a new entry the group and mode derived from its folder: read and write for those who have them in the folder, but
 * never write for everybody; 0644 in a folder of 0755. If the folder has a default ACL, the kernel has already applied it.
 */
export async function inheritAccess(handle: FileHandle, folder: Folder): Promise<void> {
  const parent = await stat(folder.self);
  const facts = await handle.stat();
  if (facts.gid !== parent.gid) await takeGroup(handle, facts, parent.gid);
  const wanted = modeFor(parent, facts);
  if ((facts.mode & 0o7777) === wanted || (await hasAcl(folder))) return;
  await handle.chmod(wanted);
}

function modeFor(parent: Stats, facts: Stats): number {
  if (facts.isDirectory()) return (facts.mode & 0o2000) | (parent.mode & 0o775) | 0o700;
  return (parent.mode & 0o664) | 0o600;
}

async function takeGroup(handle: FileHandle, facts: Stats, gid: number): Promise<void> {
  try {
    await handle.chown(facts.uid, gid);
  } catch (error) {
    if (errnoOf(error) !== "EPERM") throw error; // not a group of the panel's user: the file keeps the panel's group
  }
}

const remembered = new Map<string, { until: number; acl: Promise<boolean> }>();

/** Whether a folder has an ACL. Node has no call for it, but `ls` marks it with a plus sign. Without such an `ls`: false. */
function hasAcl(folder: Folder): Promise<boolean> {
  if (process.platform !== "linux") return Promise.resolve(false);
  const known = remembered.get(folder.id);
  if (known && known.until > Date.now()) return known.acl;
  remembered.delete(folder.id);
  const first = remembered.size >= MAX_REMEMBERED ? remembered.keys().next().value : undefined;
  if (first !== undefined) remembered.delete(first);
  const acl = lookForAcl(folder);
  remembered.set(folder.id, { until: Date.now() + REMEMBER_MS, acl });
  return acl;
}

async function lookForAcl(folder: Folder): Promise<boolean> {
  const path = `${folder.self.replace("/proc/self/", `/proc/${process.pid}/`)}/`;
  try {
    const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" };
    const { stdout } = await run("ls", ["-ld", "--", path], { timeout: LS_TIMEOUT_MS, env });
    return stdout.charAt(10) === "+";
  } catch {
    return false;
  }
}
