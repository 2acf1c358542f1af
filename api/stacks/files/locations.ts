import { mkdir, realpath } from "node:fs/promises";
import { isAbsolute, join, posix } from "node:path";
import type { FileRoot } from "../../../shared/files/root/files.ts";
import { hasEscapedBytes } from "../../../shared/files/root/name.ts";
import { hasControlCharacter } from "../../../shared/protocol/rooms.ts";
import { type StackLock, stackName } from "../../../shared/protocol/stack.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { composeFilesOf, FOLDER_ENTRIES_MAX, findComposeFolders, mainComposeName } from "./compose-folders.ts";
import { createStackRoots, type ResolvedFile, type StackRoot, type StackRootsOptions } from "./roots.ts";

/** Stacks that are read from the panel's own folder. */
const STACKS_MAX = 1_000;

/** Where a stack's files lie: below one root, which only links to files of another root lead out of. */
export interface StackPlace {
  root: FileRoot;
  /** Made in the panel's own folder. */
  own: boolean;
  /** Of the root, `/shop`. */
  folder: string;
  /** On the host, without links. */
  absoluteFolder: string;
  /** Main file first: paths of the root. */
  files: string[];
  /** Follows a path of the root that may be a link; see {@link StackRoots}. */
  resolve(path: string): Promise<ResolvedFile>;
}

export type Located = { place: StackPlace } | { lock: Exclude<StackLock, null>; reason: string };

export interface StackPlaces {
  /** Names of the folders in the panel's own folder of stacks. */
  ownNames(): Promise<string[]>;
  own(name: string): Promise<Located>;
  /** Where labels of containers say a stack's files are. */
  labelled(workingDir: string, configFiles: readonly string[]): Promise<Located>;
  /** Places below the listed folders that hold a compose file, whether they ever ran or not. */
  listed(): Promise<ListedPlaces>;
  /** Makes the folder of a new stack; `conflict` when there is one. */
  make(name: string): Promise<StackPlace>;
}

export interface ListedPlaces {
  places: StackPlace[];
  /** False when there are more folders than are looked at. */
  complete: boolean;
}

export function createStackPlaces(options: StackRootsOptions): StackPlaces {
  const roots = createStackRoots(options);
  const { own } = roots;
  const ready = () => mkdir(options.stacksDir, { recursive: true, mode: 0o700 });

  /** The folder's own path on the host once each step of it has been seen to be no link. */
  const placeOf = async (root: StackRoot, folder: string, files: readonly string[]): Promise<StackPlace> => {
    const { absolutePath } = await root.files.resolveFolder(folder);
    return {
      root: root.files,
      own: root.own,
      folder,
      absoluteFolder: absolutePath,
      files: [...files],
      resolve: (path) => roots.resolve(root, path),
    };
  };

  /** Opens each file once: it is there and regular, or a link to one that may be opened. */
  const checked = async (place: StackPlace): Promise<Located> => {
    for (const file of place.files) {
      try {
        const { root, path } = await place.resolve(file);
        await (await root.openDownload(path)).close();
        if (![file, path].every((one) => isComposeName(posix.basename(one)))) return notCompose(posix.basename(file));
      } catch (error) {
        return refused(error, posix.basename(file));
      }
    }
    return { place };
  };

  return {
    async ownNames() {
      await ready();
      const { entries } = await own.files.list("/", { limit: STACKS_MAX });
      return entries
        .filter(({ kind, name }) => kind === "directory" && stackName.safeParse(name).success)
        .map(({ name }) => name);
    },

    async own(name) {
      try {
        const { entries } = await own.files.list(`/${name}`, { limit: FOLDER_ENTRIES_MAX });
        const files = composeFilesOf(`/${name}`, entries);
        return files.length === 0 ? fileMissing : await checked(await placeOf(own, `/${name}`, files));
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
      // A folder that is reached over a link is the folder the link leads to.
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
        return await checked(await placeOf(folder.root, folder.inside, files));
      } catch (error) {
        return refused(error);
      }
    },

    async listed() {
      const found: StackPlace[] = [];
      let complete = true;
      for (const root of roots.listed) {
        const { folders, complete: whole } = await findComposeFolders(root.files);
        complete &&= whole;
        for (const { folder, files } of folders) {
          // A folder that changes meanwhile is looked at again the next time.
          const place = await placeOf(root, folder, files).catch(() => undefined);
          if (place && !(await isOwn(place.absoluteFolder))) found.push(place);
        }
      }
      return { places: found, complete };
    },

    async make(name) {
      await ready();
      try {
        await own.files.makeFolder(`/${name}`);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "conflict") throw error;
        throw new AppError("conflict", "There is a stack of that name already.", { cause: error });
      }
      return placeOf(own, `/${name}`, [`/${name}/${mainComposeName}`]);
    },
  };

  /** A listed folder may hold the panel's own one: its stacks are listed as such. */
  async function isOwn(path: string): Promise<boolean> {
    return (await roots.locate(path))?.root === own;
  }
}

function refused(error: unknown, name = "Its compose file"): Located {
  if (!(error instanceof AppError) || error.code === "internal") throw error;
  if (error.code === "not_found") return fileMissing;
  return { lock: "refused", reason: `${name} is not opened: ${error.message}` };
}

/** Names under which compose files are given: never those of variables, keys or whatever else lies beside them. */
const isComposeName = (name: string): boolean =>
  !name.startsWith(".") && (/\.ya?ml$/i.test(name) || /^(docker-)?compose.*\.json$/i.test(name));

const notCompose = (name: string): Located => ({
  lock: "refused",
  reason: `${name} is not opened: its name is not that of a compose file.`,
});

/** An absolute path that every reader takes for the same: no control characters, no stand-in for bytes, no comma. */
const isPlainPath = (path: string): boolean =>
  isAbsolute(path) &&
  path.length <= 4_096 &&
  !hasControlCharacter(path) &&
  !hasEscapedBytes(path) &&
  !path.includes(",");

/** Absolute path of a file of the place, as Compose is given it. */
export const absoluteFile = (place: StackPlace, file: string): string =>
  join(place.absoluteFolder, posix.relative(place.folder, file));

const fileMissing: Located = {
  lock: "file-missing",
  reason: "Its compose file is not on this host, or its containers do not say where it is.",
};
const outside: Located = {
  lock: "outside",
  reason: "Its compose file lies outside of the folders this panel may edit; the variable STACKS_ROOTS lists those.",
};
