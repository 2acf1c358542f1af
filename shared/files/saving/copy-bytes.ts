import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";

const PIECE = 256 * 1024;

/** Yields the bytes of a file from `start` to `end` (exclusive) in chunks; ends early at the end of the file. */
export async function* readPieces(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE, Math.max(1, end - start)));
  for (let at = start; at < end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Copies the bytes from `start` to `end` to the same position in another file. */
export async function copyBytes(from: FileHandle, to: FileHandle, start: number, end: number): Promise<void> {
  let at = start;
  for await (const piece of readPieces(from, start, end)) {
    await writeAll(to, piece, at);
    at += piece.length;
  }
}

/** Returns the SHA-256 (base64url) of the first `size` bytes; also copies them if a target is given. */
export async function digest(
  from: FileHandle,
  size: number,
  to?: FileHandle,
): Promise<{ sha256: string; size: number }> {
  const hash = createHash("sha256");
  let at = 0;
  for await (const piece of readPieces(from, 0, size)) {
    hash.update(piece);
    if (to) await writeAll(to, piece, at);
    at += piece.length;
  }
  return { sha256: hash.digest("base64url"), size: at };
}

/** Writes all bytes: a single write can be partial, for example on an almost full disk. */
async function writeAll(to: FileHandle, piece: Buffer, position: number): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesWritten } = await to.write(piece, done, piece.length - done, position + done);
    done += bytesWritten;
  }
}
