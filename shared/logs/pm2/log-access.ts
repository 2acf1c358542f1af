import { lstat, stat } from "node:fs/promises";
import type { DaemonLink } from "../../pm2/daemon-link.ts";
import { AppError } from "../../server/errors.ts";
import { type LogFileInfo, type LogHandle, openLogFile, rotatedNeighbours } from "./log-file.ts";

/** Rotated files that are looked for through a link. The panel compresses all but the newest. */
const MAX_ROTATED = 4;

/** How the log files of one daemon are opened. */
export interface LogAccess {
  /** Whether the file system tells of changes, and a file that was renamed can be read to its end. */
  readonly isDirect: boolean;
  /** @throws AppError `not_supported`; an error of code `ENOENT` for a missing file */
  open(path: string): Promise<LogHandle>;
  /** Undefined if there is no such file, or it may not be seen. */
  stat(path: string): Promise<LogFileInfo | undefined>;
  /** Rotated files of a log, oldest first. */
  rotated(path: string): Promise<string[]>;
}

/** Opens the log files of a daemon as its link allows: by their paths, or through the link. */
export function createLogAccess(link: Pick<DaemonLink, "direct" | "statFile" | "readFile">): LogAccess {
  const { direct } = link;
  return direct ? directAccess(direct.owner) : linkedAccess(link);
}

/** @param owner Only files of this user are opened: another user's daemon names the paths. Undefined: any that may be read. */
function directAccess(owner: number | undefined): LogAccess {
  return {
    isDirect: true,
    async open(path) {
      // Opening a device can have an effect.
      if (owner !== undefined && (await lstat(path)).uid !== owner) throw foreignFile();
      const handle = await openLogFile(path);
      if (owner === undefined || (await handle.stat()).uid === owner) return handle;
      await handle.close();
      throw foreignFile();
    },
    stat: (path) => stat(path).catch(() => undefined),
    rotated: rotatedNeighbours,
  };
}

const foreignFile = () => new AppError("not_supported", "This log belongs to another user than its app.");

function linkedAccess(link: Pick<DaemonLink, "statFile" | "readFile">): LogAccess {
  const infoOf = async (path: string) => {
    const found = await link.statFile(path).catch(refuse);
    return found && { ino: inoOf(found.id), size: found.size, mtimeMs: found.modifiedAt };
  };
  return {
    isDirect: false,
    async open(path) {
      let known = await infoOf(path);
      if (!known) throw Object.assign(new Error("There is no such log file."), { code: "ENOENT" });
      let isReplaced = false;
      return {
        get isReplaced() {
          return isReplaced;
        },
        async stat() {
          const now = isReplaced ? undefined : await infoOf(path);
          if (now?.ino === known?.ino) known = now ?? known;
          else isReplaced = true;
          return known as LogFileInfo;
        },
        async read(buffer, offset, length, position) {
          // What has the name now is another file.
          if (isReplaced) return { bytesRead: 0, buffer };
          const bytes = await link.readFile(path, position, length).catch(refuse);
          buffer.set(bytes ?? [], offset);
          return { bytesRead: bytes?.length ?? 0, buffer };
        },
        async close() {},
      };
    },
    stat: async (path) => (await infoOf(path).catch(() => undefined)) ?? undefined,
    async rotated(path) {
      const found: string[] = [];
      while (found.length < MAX_ROTATED) {
        const next = `${path}.${found.length + 1}`;
        if (!(await infoOf(next).catch(() => null))) break;
        found.unshift(next);
      }
      return found;
    },
  };
}

/** A link refuses a file with `forbidden` that this process would refuse with `not_supported`. */
function refuse(error: unknown): null {
  if (error instanceof AppError && error.code === "not_found") return null;
  if (error instanceof AppError && error.code === "forbidden") {
    throw new AppError("not_supported", "The server may not read this log.", { cause: error });
  }
  throw error;
}

/** The id of a linked file is `device:inode`, or any other text. */
function inoOf(id: string): number {
  const ino = Number(id.slice(id.lastIndexOf(":") + 1));
  if (Number.isSafeInteger(ino)) return ino;
  return [...id].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 2 ** 48, 7);
}
