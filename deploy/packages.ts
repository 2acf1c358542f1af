import { existsSync, readFileSync } from "node:fs";
import { readdir, readlink, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";

/**
 * Checks and prunes node_modules in the current folder by its package-lock.json.
 *
 *     packages.ts missing [--servers]   prints packages that are missing or have another version; exits with 1 if there are any
 *     packages.ts prune                 removes everything that the servers do not need
 *
 * `--servers` ignores packages for the build and the tests. Must run with the Node of the project, which determines the
 * packages for this machine.
 */
interface Locked {
  version?: string;
  dev?: boolean;
  /** Whether the entry is the link of a workspace in node_modules. */
  link?: boolean;
  optional?: boolean;
  os?: string | string[];
  cpu?: string | string[];
  libc?: string | string[];
}

const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
const libc = report?.header?.glibcVersionRuntime ? "glibc" : "musl";
const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
const inNodeModules = Object.entries(packages).filter(([path]) => path.includes("node_modules/"));
/** Excludes the workspaces, which are part of the source. */
const locked = inNodeModules.filter(([, { link }]) => !link);

/** npm's rule: one of the named values, or none of those prefixed with "!". */
function allows(names: string | string[] | undefined, own: string): boolean {
  const list = [names ?? []].flat();
  const wanted = list.filter((name) => !name.startsWith("!"));
  return !list.includes(`!${own}`) && (wanted.length === 0 || wanted.includes(own));
}

function belongsHere(entry: Locked): boolean {
  if (!allows(entry.os, process.platform) || !allows(entry.cpu, process.arch)) return false;
  return process.platform !== "linux" || allows(entry.libc, libc);
}

function isMissing(path: string, entry: Locked): boolean {
  const file = join(path, "package.json");
  if (existsSync(file))
    return (JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version !== entry.version;
  // Dependencies of packages for other machines are optional too, without a machine of their own.
  return !(entry.optional && !entry.os && !entry.cpu);
}

function missing(serversOnly: boolean): string[] {
  return locked
    .filter(([, entry]) => belongsHere(entry) && !(serversOnly && entry.dev))
    .filter(([path, entry]) => isMissing(path, entry))
    .map(([path]) => path);
}

/** Parts of packages that servers never read: Node's headers and manuals are a third of its package. */
const unread = ["include", "share", "CHANGELOG.md", "README.md"];

async function prune(): Promise<void> {
  for (const [path, { dev, link }] of inNodeModules) if (dev || link) await rm(path, { recursive: true, force: true });
  for (const [path, entry] of locked) {
    if (!belongsHere(entry)) await rm(path, { recursive: true, force: true });
    if (!/\/node-linux-\w+$/.test(path)) continue;
    for (const part of unread) await rm(join(path, part), { recursive: true, force: true });
  }
  // Commands of removed packages, and npm's list of installed packages.
  for (const command of await readdir("node_modules/.bin")) {
    const link = join("node_modules/.bin", command);
    if (!existsSync(join("node_modules/.bin", await readlink(link)))) await rm(link);
  }
  await rm("node_modules/.package-lock.json", { force: true });
  for (const folder of await readdir("node_modules")) {
    const path = join("node_modules", folder);
    if (folder.startsWith("@") && (await readdir(path)).length === 0) await rm(path, { recursive: true });
  }
}

const [what, option] = process.argv.slice(2);
if (what === "prune") {
  await prune();
} else if (what === "missing") {
  const paths = missing(option === "--servers");
  for (const path of paths) process.stdout.write(`${path}\n`);
  process.exitCode = paths.length > 0 ? 1 : 0;
} else {
  process.stderr.write("Usage: packages.ts missing [--servers] | prune\n");
  process.exitCode = 1;
}
