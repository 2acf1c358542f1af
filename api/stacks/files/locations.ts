import { mkdir, realpath } from "node:fs/promises";
import { isAbsolute, join, posix } from "node:path";
import type { FileRoot } from "../../../shared/files/root/files.ts";
import { hasEscapedBytes } from "../../../shared/files/root/name.ts";
import { hasControlCharacter } from "../../../shared/protocol/control-character.ts";
import { type StackLock, stackName } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { readOnlyReasons, stackErrors } from "../messages.ts";
import { composeFilesOf, findComposeFolders, MAX_FOLDER_ENTRIES, mainComposeName } from "./compose-folders.ts";
import { createStackRoots, type ResolvedFile, type StackRoot, type StackRootsOptions } from "./roots.ts";

/** Stacks that are read from the panel's own folder. */
const MAX_STACKS = 1_000;
const MAX_PATH = 4_096;

/** Where a stack's files are: below one root, from which only links to files in another root lead out. */
export interface StackLocation {
  root: FileRoot;
  /** True when the panel created the stack in its own folder. */
  managed: boolean;
  /** Path inside the root, such as `/shop`. */
  folder: string;
  /** Path on the host, without links. */
  absoluteFolder: string;
  /** Paths inside the root, the main file first. */
  files: string[];
  /** Follows a path of the root that may be a link; see {@link StackRoots}. */
  resolve(path: string): Promise<ResolvedFile>;
}

/** Why the files of a stack cannot be read or changed: a code for programs and a sentence for people. */
export interface UnreachableFiles {
  readOnlyReason: Exclude<StackLock, null>;
  explanation: string;
}

export type LocatedStack = { location: StackLocation } | UnreachableFiles;

export interface StackLocations {
  /** Names of the folders in the panel's own folder of stacks, without those that `create` still fills. */
  managedNames(): Promise<string[]>;
  managed(name: string): Promise<LocatedStack>;
  /** Resolves the folder and files that labels of containers name. */
  labelled(workingDir: string, configFiles: readonly string[]): Promise<LocatedStack>;
  /** Resolves a folder of the listed roots by its absolute path, with the compose files that Compose uses in it. */
  inFolder(path: string): Promise<LocatedStack>;
  /** Finds every folder with a compose file below the listed roots, whether it was ever started or not. */
  listed(): Promise<ListedLocations>;
  /**
   * Creates the folder of a new stack and writes its files with `fill`. The stack is listed once `fill` has ended; when `fill`
   * throws, the folder is removed.
   * @throws AppError `conflict` when the folder exists; what `fill` throws.
   */
  create(name: string, fill: (location: StackLocation) => Promise<void>): Promise<void>;
}

export interface ListedLocations {
  locations: StackLocation[];
  /** False when the roots hold more folders than are searched. */
  complete: boolean;
}

export function createStackLocations(options: StackRootsOptions): StackLocations {
  const roots = createStackRoots(options);
  const { managed } = roots;
  const unfinished = new Set<string>();
  const ensureFolder = () => mkdir(options.stacksDir, { recursive: true, mode: 0o700 });

  /** The folder's own path on the host, after each of its components proved to be no link. */
  const locationOf = async (root: StackRoot, folder: string, files: readonly string[]): Promise<StackLocation> => {
    const { absolutePath } = await root.files.resolveFolder(folder);
    return {
      root: root.files,
      managed: root.managed,
      folder,
      absoluteFolder: absolutePath,
      files: [...files],
      resolve: (path) => roots.resolve(root, path),
    };
  };

  return {
    async managedNames() {
      await ensureFolder();
      // A stack that is refused while the folder is read was in it, and is unfinished no longer.
      const before = new Set(unfinished);
      const { entries } = await managed.files.list("/", { limit: MAX_STACKS });
      const isFinished = (name: string) => !before.has(name) && !unfinished.has(name);
      return entries
        .filter(({ kind, name }) => kind === "directory" && stackName.safeParse(name).success && isFinished(name))
        .map(({ name }) => name);
    },

    async managed(name) {
      try {
        const { entries } = await managed.files.list(`/${name}`, { limit: MAX_FOLDER_ENTRIES });
        const files = composeFilesOf(`/${name}`, entries);
        if (files.length === 0) return fileMissing;
        return await openable(await locationOf(managed, `/${name}`, files));
      } catch (error) {
        return refused(error);
      }
    },

    async labelled(workingDir, configFiles) {
      if (configFiles.length === 0 || !isPlainPath(workingDir)) return fileMissing;
      const paths = configFiles.map((file) =>
        isAbsolute(file) ? posix.normalize(file) : posix.join(workingDir, file),
      );
      if (!paths.every(isPlainPath)) return outside;
      const named = posix.normalize(workingDir).replace(/(.)\/$/, "$1");
      // A folder that is reached through a link is the folder the link points to.
      const real = await realpath(named).catch(() => named);
      const folder = await roots.locate(real);
      if (!folder) return outside;
      const files: string[] = [];
      for (const path of paths) {
        const found = await roots.locate(path.startsWith(`${named}/`) ? real + path.slice(named.length) : path);
        if (found?.root !== folder.root) return outside;
        files.push(found.inside);
      }
      try {
        return await openable(await locationOf(folder.root, folder.inside, files));
      } catch (error) {
        return refused(error);
      }
    },

    async inFolder(path) {
      if (!isPlainPath(path)) return outside;
      const named = posix.normalize(path).replace(/(.)\/$/, "$1");
      const found = await roots.locate(await realpath(named).catch(() => named));
      // Stacks in the panel's own folder have its name, and are deleted with it.
      if (!found || found.root === managed) return outside;
      try {
        const { entries } = await found.root.files.list(found.inside, { limit: MAX_FOLDER_ENTRIES });
        const files = composeFilesOf(found.inside, entries);
        if (files.length === 0) return noComposeFile;
        return await openable(await locationOf(found.root, found.inside, files));
      } catch (error) {
        return refused(error, readOnlyReasons.namedFolder);
      }
    },

    async listed() {
      const found: StackLocation[] = [];
      let complete = true;
      for (const root of roots.listed) {
        const { folders, complete: whole } = await findComposeFolders(root.files);
        complete &&= whole;
        for (const { folder, files } of folders) {
          // A folder that changes during the search is found by the next one.
          const location = await locationOf(root, folder, files).catch(() => undefined);
          if (location && !(await isManaged(location.absoluteFolder))) found.push(location);
        }
      }
      return { locations: found, complete };
    },

    async create(name, fill) {
      await ensureFolder();
      if (unfinished.has(name)) throw new AppError("conflict", stackErrors.nameTaken);
      // Before the folder exists: a page that lists stacks while Compose checks the file would keep one that is refused.
      unfinished.add(name);
      try {
        await makeManagedFolder(name);
        try {
          await fill(await locationOf(managed, `/${name}`, [`/${name}/${mainComposeName}`]));
        } catch (error) {
          await managed.files.remove(`/${name}`).catch(() => {});
          throw error;
        }
      } finally {
        unfinished.delete(name);
      }
    },
  };

  async function makeManagedFolder(name: string): Promise<void> {
    try {
      await managed.files.makeFolder(`/${name}`);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "conflict") throw error;
      throw new AppError("conflict", stackErrors.nameTaken, { cause: error });
    }
  }

  /** A listed root may contain the panel's own folder: stacks in it are listed as managed ones. */
  async function isManaged(path: string): Promise<boolean> {
    return (await roots.locate(path))?.root === managed;
  }
}

/** The location, when each of its files exists and is regular, or is a link to one that may be opened. */
async function openable(location: StackLocation): Promise<LocatedStack> {
  for (const file of location.files) {
    const name = posix.basename(file);
    try {
      const { root, path } = await location.resolve(file);
      await (await root.openDownload(path)).close();
      if (!isComposeName(name) || !isComposeName(posix.basename(path))) {
        return unreachable("refused", readOnlyReasons.refused(name, readOnlyReasons.notComposeName));
      }
    } catch (error) {
      return refused(error, name);
    }
  }
  return { location };
}

function refused(error: unknown, name = readOnlyReasons.defaultFile): UnreachableFiles {
  if (!(error instanceof AppError) || error.code === "internal") throw error;
  return error.code === "not_found"
    ? fileMissing
    : unreachable("refused", readOnlyReasons.refused(name, error.message));
}

/** Whether a file may be opened as a compose file. Variables, keys and other files beside it may not. */
const isComposeName = (name: string): boolean =>
  !name.startsWith(".") && (/\.ya?ml$/i.test(name) || /^(docker-)?compose.*\.json$/i.test(name));

/** Whether an absolute path means the same to every program: no control characters, no escaped bytes, no comma. */
const isPlainPath = (path: string): boolean =>
  isAbsolute(path) &&
  path.length <= MAX_PATH &&
  !hasControlCharacter(path) &&
  !hasEscapedBytes(path) &&
  !path.includes(",");

/** Absolute path of a file of the location, as Compose receives it. */
export const absoluteFile = (location: StackLocation, file: string): string =>
  join(location.absoluteFolder, posix.relative(location.folder, file));

const unreachable = (readOnlyReason: UnreachableFiles["readOnlyReason"], explanation: string): UnreachableFiles => ({
  readOnlyReason,
  explanation,
});
const noComposeFile = unreachable("file-missing", readOnlyReasons.noComposeFile);
const fileMissing = unreachable("file-missing", readOnlyReasons.fileMissing);
const outside = unreachable("outside", readOnlyReasons.outside);
