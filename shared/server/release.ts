import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import type { Release } from "../protocol/release.ts";

/**
 * Reads what this process runs, from the file `REVISION` of an installation or from the repository. Called once at the
 * start: an upgrade changes the files while the process runs on.
 */
export function readRelease(root = join(import.meta.dirname, "../..")): Release {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const commit = commitOf(root);
  const build = createHash("sha256")
    .update([version, commit, realpathSync(root)].join("\0"))
    .digest("hex");
  const startedAt = new Date(Date.now() - process.uptime() * 1_000).toISOString();
  return { version, commit, build: build.slice(0, 16), startedAt, runtime: runtimeOf(process.versions) };
}

const runtimeOf = ({ deno, node }: NodeJS.ProcessVersions & { deno?: string }): string =>
  deno ? `Deno ${deno}` : `Node.js ${node}`;

function commitOf(root: string): string | null {
  return toCommit(read(join(root, "REVISION"))) ?? headOf(root) ?? null;
}

const toCommit = (text: string | undefined): string | undefined => /^[0-9a-f]{40,64}$/.exec(text?.trim() ?? "")?.[0];

/** Reads HEAD without git, which may be missing. In a worktree `.git` is a file that names the folder. */
function headOf(root: string): string | undefined {
  const link = /^gitdir: (.+)$/m.exec(read(join(root, ".git")) ?? "")?.[1];
  const folder = link === undefined ? join(root, ".git") : resolve(root, link);
  const head = read(join(folder, "HEAD"))?.trim() ?? "";
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  if (ref === undefined) return toCommit(head);
  const common = resolve(folder, read(join(folder, "commondir"))?.trim() ?? ".");
  const packed = read(join(common, "packed-refs"))
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`));
  return toCommit(read(join(folder, ref)) ?? read(join(common, ref)) ?? packed?.split(" ", 1)[0]);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
