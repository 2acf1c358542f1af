import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { installedPackages, type Package, testRegistry } from "../../testing/peers/npm-registry.ts";
import { projectFolder } from "../../testing/service-process.ts";
import { tempFolder } from "../../testing/temp-folder.ts";

const run = promisify(execFile);

/** A folder of another program that installed the package from its archive. */
export interface InstalledPackage {
  path: string;
  /** Names of the files in the archive. */
  files: string[];
  write(file: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** Packs the client as `npm pack` does, and installs the archive into an empty folder. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await tempFolder("client");
  const registry = await testRegistry(dependencyTree("socket.io-client"));
  try {
    const archive = join(folder.path, "archive");
    await mkdir(archive);
    const pack = ["pack", "--json", "--loglevel=error", "--pack-destination", archive];
    const { stdout } = await run("npm", pack, { cwd: join(projectFolder, "shared/client") });
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as [{ filename: string; files: { path: string }[] }];
    const path = join(folder.path, "program");
    await mkdir(path);
    await writeFile(join(path, "package.json"), '{ "private": true }\n');
    const install = ["install", "--no-audit", "--no-fund", "--loglevel=error", `--registry=${registry.url}`];
    await run("npm", [...install, join(archive, packed.filename)], { cwd: path });
    return {
      path,
      files: packed.files.map((file) => file.path).sort(),
      write: async (file, text) => {
        await mkdir(join(path, file, ".."), { recursive: true });
        await writeFile(join(path, file), text);
        return join(path, file);
      },
      remove: () => folder.remove(),
    };
  } finally {
    await registry.close();
  }
}

/** Every installed version of a package and of what it depends on. */
function dependencyTree(root: string): Package[] {
  const installed = installedPackages();
  const names = new Set<string>();
  const visit = (name: string) => {
    if (names.has(name)) return;
    names.add(name);
    for (const entry of installed) {
      if (entry.name === name) for (const dependency of Object.keys(entry.dependencies ?? {})) visit(dependency);
    }
  };
  visit(root);
  return installed.filter(({ name }) => names.has(name));
}
