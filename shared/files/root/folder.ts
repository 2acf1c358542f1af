import { Buffer } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { AppError } from "../../server/errors.ts";
import { encodeName } from "./name.ts";

/** Linux: opens a descriptor without read access, so that a folder that can be entered but not read can be traversed. */
const O_PATH = 0o10000000;
/** macOS: refuses links anywhere in the path. */
const O_NOFOLLOW_ANY = 0x20000000;
const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** An open folder. Operations on it happen inside it even if its path now leads elsewhere. */
export interface Folder {
  /** Device and inode: the same for two paths to one folder. */
  id: string;
  device: bigint;
  /** Path of the folder itself, for calls that list or inspect it. */
  self: string;
  /** Returns the path of an entry. Only its last component can be a link, which the caller must not follow. */
  at(name: string): string | Buffer;
  /** Opens a subfolder; refuses a link (ENOTDIR or ELOOP). */
  child(name: string): Promise<Folder>;
  close(): Promise<void>;
}

/**
 * Opens the root, whose own path may contain links. With /proc, entries are addressed through the descriptor
 * (`/proc/self/fd/<n>/<name>`), which cannot be swapped. Without it (macOS) they are addressed by path, and each open refuses
 * links; a folder swapped between open and use is not detected there.
 */
export async function openRootFolder(root: string): Promise<Folder> {
  const path = await realpath(root);
  return openFolder(path, path);
}

async function openFolder(openPath: string | Buffer, plainPath: string): Promise<Folder> {
  const flags =
    process.platform === "linux" ? O_PATH | O_NOFOLLOW : process.platform === "darwin" ? O_NOFOLLOW_ANY : O_NOFOLLOW;
  const handle = await open(openPath, O_RDONLY | O_DIRECTORY | flags);
  try {
    const facts = await handle.stat({ bigint: true });
    const id = `${facts.dev}:${facts.ino}`;
    const anchor = `/proc/self/fd/${handle.fd}`;
    return (await leadsTo(anchor, id))
      ? makeFolder(handle, facts.dev, id, anchor, anchor)
      : makeFolder(handle, facts.dev, id, plainPath, plainPath);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function makeFolder(handle: FileHandle, device: bigint, id: string, self: string, base: string): Folder {
  const at = (name: string) => {
    const bytes = encodeName(name);
    return typeof bytes === "string" ? `${base}/${bytes}` : Buffer.concat([Buffer.from(`${base}/`), bytes]);
  };
  return {
    id,
    device,
    self,
    at,
    child: (name) => openFolder(at(name), join(base, name)),
    close: () => handle.close(),
  };
}

/** Whether the runtime's descriptors are those of the system, and /proc is mounted. */
async function leadsTo(anchor: string, id: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    const facts = await stat(anchor, { bigint: true });
    if (`${facts.dev}:${facts.ino}` === id) return true;
  } catch {
    // Refused below.
  }
  // No weaker mode on Linux: a container without /proc gets no file manager.
  throw new AppError("not_supported", "Files need /proc to be mounted.");
}
