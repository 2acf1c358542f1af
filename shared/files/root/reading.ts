import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { TEXT_FILE_MAX, type TextFile } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import type { Folder } from "./folder.ts";
import { kindOf, toTimestamp } from "./listing.ts";
import { decodeText } from "./text-encoding.ts";

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/**
 * Opens a regular file for reading; the caller closes it. Pipes and devices are refused before the open, which could trigger
 * a device, and again after it, in case the file was swapped. The open never blocks.
 */
export async function openRegularFile(folder: Folder, name: string): Promise<{ handle: FileHandle; facts: Stats }> {
  refuseOthers(await lstat(folder.at(name)));
  const handle = await open(folder.at(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const facts = await handle.stat();
    refuseOthers(facts);
    return { handle, facts };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

export function refuseOthers(facts: Stats): void {
  const kind = kindOf(facts);
  if (kind === "file") return;
  if (kind === "directory") throw new AppError("invalid_input", "This is a folder.");
  if (kind === "symlink") throw new AppError("invalid_input", "This is a link; links are not followed.");
  throw new AppError("unsupported_media_type", "This is not a regular file.");
}

/**
 * Reads a text of up to `TEXT_FILE_MAX` bytes from an open file.
 * @param anyEncoding accepts other encodings than UTF-8
 */
export async function readTextFile(
  { handle, writable }: { handle: FileHandle; writable: boolean },
  path: string,
  anyEncoding: boolean,
): Promise<TextFile> {
  const facts = await handle.stat();
  const bytes = await readUpTo(handle, facts.size);
  const text = decodeText(bytes);
  if (!text) throw new AppError("unsupported_media_type", "This is not a text file.");
  if (text.encoding !== "utf-8" && !anyEncoding) {
    throw new AppError("unsupported_media_type", "This is not a text file in UTF-8.");
  }
  return {
    path,
    content: text.content,
    size: bytes.length,
    etag: toEtag(bytes),
    modifiedAt: toTimestamp(facts.mtimeMs),
    encoding: text.encoding,
    readOnly: text.encoding === "iso-8859-1" ? "encoding" : writable ? null : "permission",
    links: facts.nlink,
  };
}

/** Computes an etag from the content, not from times: two writes within one clock tick differ, and `touch` changes nothing. */
export const toEtag = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("base64url");

/** Reads all bytes of a file. Its size is only a hint: it is 0 in /proc, and the file can grow while it is read. */
async function readUpTo(handle: FileHandle, size: number): Promise<Buffer> {
  if (size > TEXT_FILE_MAX) throw tooLarge();
  const buffer = Buffer.alloc(size === 0 ? TEXT_FILE_MAX + 1 : size + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  if (filled > TEXT_FILE_MAX) throw tooLarge();
  if (filled === buffer.length) throw new AppError("conflict", "The file is being written to; read it again.");
  return buffer.subarray(0, filled);
}

const tooLarge = () => new AppError("too_large", `A text file may have ${TEXT_FILE_MAX / 1024 / 1024} MiB at most.`);
