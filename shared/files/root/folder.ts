import { Buffer } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { AppError } from "../../server/errors.ts";
import { encodeName } from "./name.ts";

/** Linux: a descriptor that only names the folder, so that one which may be entered but not read can be walked through. */
const O_PATH = 0o10000000;
/** macOS: no link anywhere on the path. */
const O_NOFOLLOW_ANY = 0x20000000;
const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;

/** A folder held open: what is done through it happens inside it, whatever its path means by now. */
export interface Folder {
  /** Device and inode: the same for two ways to one folder. */
  id: string;
  device: bigint;
  /** Path of the folder itself, for calls that list or measure it. */
  self: string;
  /** Path of an entry. Only its last component can be a link: the caller must not follow that. */
  at(name: string): string | Buffer;
  /** Opens a folder inside; a link is refused (ENOTDIR or ELOOP). */
  child(name: string): Promise<Folder>;
  close(): Promise<void>;
}

/**
 * Opens the root, which may itself be reached over links. With /proc, entries are addressed through the descriptor
 * (`/proc/self/fd/<n>/<name>`), which cannot be swapped. Without it (macOS) by path, each step refusing links as it is opened:
 * there a folder swapped between that and its use is not seen.
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

/** Whether the runtime's descriptors are the system's, and /proc is there. */
async function leadsTo(anchor: string, id: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  try {
    const facts = await stat(anchor, { bigint: true });
    if (`${facts.dev}:${facts.ino}` === id) return true;
  } catch {
    // Refused below.
  }
  // On Linux there is no weaker way: a container without /proc gets no file manager.
  throw new AppError("not_supported", "Files need /proc to be mounted.");
}
