import { mkdir, realpath } from "node:fs/promises";
import { isAbsolute, join, posix } from "node:path";
import type { SaveJournal } from "../../shared/files/save-journal.ts";
import { hasEscapedBytes } from "../../shared/host/files/name.ts";
import { createFileRoot, type FileRoot } from "../../shared/host/files.ts";
import { hasControlCharacter } from "../../shared/protocol/rooms.ts";
import { type StackLock, stackName } from "../../shared/protocol/stack.ts";
import { AppError } from "../../shared/server/errors.ts";
import type { Log } from "../../shared/server/log.ts";

/** As Compose looks for them, in its order. */
const composeNames = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const overrideOf = (name: string) => name.replace(/\.ya?ml$/, ".override$&");
/** Stacks that are read from the panel's own folder. */
const STACKS_MAX = 1_000;

/** Where a stack's files lie: below one root, which no path leads out of. */
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
}

export type Located = { place: StackPlace } | { lock: Exclude<StackLock, null>; reason: string };

export interface StackPlaces {
  /** Names of the folders in the panel's own folder of stacks. */
  ownNames(): Promise<string[]>;
  own(name: string): Promise<Located>;
  /** Where labels of containers say a stack's files are. */
  labelled(workingDir: string, configFiles: readonly string[]): Promise<Located>;
  /** Makes the folder of a new stack; `conflict` when there is one. */
  make(name: string): Promise<StackPlace>;
}

export interface StackPlacesOptions {
  /** The panel's own folder, made when it is needed. */
  stacksDir: string;
  /** Folders the operator lists. */
  roots: readonly string[];
  /** Kept out of reach of the operator's roots. */
  dataDir: string;
  log: Log;
  journal: SaveJournal;
}

interface Root {
  path: string;
  files: FileRoot;
  own: boolean;
}

export function createStackPlaces({ stacksDir, roots, dataDir, log, journal }: StackPlacesOptions): StackPlaces {
  const own: Root = { path: stacksDir, files: createFileRoot({ root: stacksDir, log, journal }), own: true };
  const all: Root[] = [
    own,
    ...roots.map((path) => ({
      path,
      files: createFileRoot({ root: path, log, journal, protect: [dataDir] }),
      own: false,
    })),
  ];
  const ready = () => mkdir(stacksDir, { recursive: true, mode: 0o700 });

  /** The folder's own path on the host once each step of it has been seen to be no link. */
  const placeOf = async (root: Root, folder: string, files: readonly string[]): Promise<StackPlace> => {
    const { absolutePath } = await root.files.resolveFolder(folder);
    return { root: root.files, own: root.own, folder, absoluteFolder: absolutePath, files: [...files] };
  };

  /** Names of the folder's regular files that are compose files. */
  const lookInside = async (root: Root, folder: string): Promise<string[]> => {
    const { entries } = await root.files.list(folder, { limit: 1_000 });
    const names = new Set(entries.filter(({ kind }) => kind === "file").map(({ name }) => name));
    const main = composeNames.find((name) => names.has(name));
    if (main === undefined) return [];
    return [main, overrideOf(main)].filter((name) => names.has(name)).map((name) => posix.join(folder, name));
  };

  /** The root a path of the host lies in, and the path inside it. */
  const inRoot = async (path: string): Promise<{ root: Root; inside: string } | undefined> => {
    for (const root of all) {
      const real = await realpath(root.path).catch(() => root.path);
      for (const base of [root.path, real]) {
        if (path === base) return { root, inside: "/" };
        const prefix = base === "/" ? base : `${base}/`;
        if (path.startsWith(prefix)) return { root, inside: `/${path.slice(prefix.length)}` };
      }
    }
    return undefined;
  };

  const refused = (error: unknown): Located => {
    if (!(error instanceof AppError) || error.code === "internal") throw error;
    if (error.code === "not_found") return fileMissing;
    return { lock: "refused", reason: `Its compose file is not opened: ${error.message}` };
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
        const files = await lookInside(own, `/${name}`);
        return files.length === 0 ? fileMissing : { place: await placeOf(own, `/${name}`, files) };
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
      const folder = await inRoot(posix.normalize(workingDir).replace(/(.)\/$/, "$1"));
      if (!folder) return outside;
      const files: string[] = [];
      for (const path of paths) {
        const found = await inRoot(path);
        if (found?.root !== folder.root) return outside;
        files.push(found.inside);
      }
      try {
        const place = await placeOf(folder.root, folder.inside, files);
        for (const file of files) await (await folder.root.files.openDownload(file)).close(); // there, regular, no link
        return { place };
      } catch (error) {
        return refused(error);
      }
    },

    async make(name) {
      await ready();
      try {
        await own.files.makeFolder(`/${name}`);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "conflict") throw error;
        throw new AppError("conflict", "There is a stack of that name already.", { cause: error });
      }
      return placeOf(own, `/${name}`, [`/${name}/${composeNames[0]}`]);
    },
  };
}

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
