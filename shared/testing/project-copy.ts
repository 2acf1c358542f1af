import { execFile } from "node:child_process";
import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { projectFolder } from "./service-process.ts";

const run = promisify(execFile);

/** Copies the files of this project that git tracks, in their current state, below the paths (none: all). */
export async function copyProject(to: string, ...paths: string[]): Promise<void> {
  const { stdout } = await run("git", ["ls-files", "-z", "--", ...paths], { cwd: projectFolder });
  const names = `${to}.names`;
  await writeFile(names, stdout);
  const copy = `mkdir -p "$2" && tar --null -T "$1" -c | tar -C "$2" -x && rm "$1"`;
  await run("bash", ["--norc", "-c", copy, "copy", names, to], { cwd: projectFolder });
}

/**
 * Creates a folder for AI_DESKTOP_PACKAGES with the packages and the built web app of this project. Its Node has a compile
 * cache in another folder, so that services that are started repeatedly start in half the time.
 */
export async function packagesThatCompileOnce(folder: string, compiled: string): Promise<string> {
  await mkdir(folder);
  const modules = join(projectFolder, "node_modules");
  await run("cp", ["-al", modules, folder]).catch(() => run("cp", ["-a", modules, folder])); // on another disk
  for (const name of ["package.json", "package-lock.json", "tsconfig.json", "web", "shared"]) {
    await symlink(join(projectFolder, name), join(folder, name));
  }
  const node = join(folder, `node_modules/node-linux-${process.arch}/bin/node`);
  await rename(node, `${node}-itself`);
  const script = `#!/bin/sh\nNODE_COMPILE_CACHE='${compiled}' exec "$(readlink -f "$0")-itself" "$@"\n`;
  await writeFile(node, script, { mode: 0o755 });
  return folder;
}

interface Manifest {
  /** Target of a link. */
  resolved?: string;
  link?: boolean;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}
type Lock = { packages: Record<string, Manifest> };

/** Folder of the page's workspace. */
const PAGE = "web";

/**
 * Removes the development packages, including those of the page, and their dependencies from the manifests and the lock file
 * of a copy: most packages are for the build and the tests.
 * @param options.keep development packages that stay
 * @param options.build command for the script `build`, which would lack its packages
 */
export async function slimProject(project: string, { keep, build }: { keep: string[]; build: string }): Promise<void> {
  const manifestFile = join(project, "package.json");
  const pageFile = join(project, PAGE, "package.json");
  const lockFile = join(project, "package-lock.json");
  const manifest = JSON.parse(await readFile(manifestFile, "utf8")) as Manifest;
  const page = JSON.parse(await readFile(pageFile, "utf8")) as Manifest;
  const lock = JSON.parse(await readFile(lockFile, "utf8")) as Lock;
  manifest.scripts = { ...manifest.scripts, build };
  for (const entry of [manifest, page, lock.packages[""] ?? {}, lock.packages[PAGE] ?? {}]) {
    const kept = Object.entries(entry.devDependencies ?? {}).filter(([name]) => keep.includes(name));
    entry.devDependencies = Object.fromEntries(kept);
  }
  const used = new Set<string>();
  const use = (path: string) => {
    const entry = lock.packages[path];
    if (!entry || used.has(path)) return;
    used.add(path);
    const { dependencies, devDependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = entry;
    for (const name of Object.keys({
      ...dependencies,
      ...devDependencies,
      ...optionalDependencies,
      ...peerDependencies,
    })) {
      // npm installs such a package here only if another package requires it.
      if (name in (peerDependencies ?? {}) && peerDependenciesMeta?.[name]?.optional) continue;
      const found = placesOf(path, name).find((place) => place in lock.packages);
      if (found) use(found);
    }
  };
  use("");
  use(PAGE);
  const isKept = (path: string, { link, resolved = "" }: Manifest) => used.has(link ? resolved : path);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).filter(([path, entry]) => isKept(path, entry)));
  await writeFile(manifestFile, JSON.stringify(manifest, null, 2));
  await writeFile(pageFile, JSON.stringify(page, null, 2));
  await writeFile(lockFile, JSON.stringify(lock, null, 2));
}

/** Folders in which Node searches for a dependency of the package at this path, nearest first. */
function placesOf(path: string, name: string): string[] {
  const here = `${path ? `${path}/` : ""}node_modules/${name}`;
  if (path === "") return [here];
  // The root of the project is above a workspace.
  const above = path.slice(0, Math.max(0, path.lastIndexOf("node_modules/"))).replace(/\/$/, "");
  return [here, ...placesOf(above, name)];
}
