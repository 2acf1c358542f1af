import { Buffer } from "node:buffer";
import { constants } from "node:fs/promises";
import { TEXT_FILE_MAX, type TextFile } from "../../protocol/file.ts";
import { AppError } from "../../server/errors.ts";
import { createFile } from "../saving/new-file.ts";
import type { WriteOptions } from "./file-root.ts";
import type { Folder } from "./folder.ts";
import { mayWrite, toTimestamp } from "./listing.ts";
import { formatPath, parseEntryPath } from "./name.ts";
import { openRegularFile, readTextFile, toEtag } from "./reading.ts";
import { overwriteIn, type RootContext } from "./root-context.ts";
import { encodeText } from "./text-encoding.ts";

/** Reads the text from before or after a concurrent write, never a mix. */
export async function readTextIn(
  { locks }: RootContext,
  folder: Folder,
  name: string,
  path: string,
  anyEncoding: boolean,
): Promise<TextFile> {
  const { handle, facts } = await openRegularFile(folder, name);
  try {
    const writable = await mayWrite(folder.at(name), constants.R_OK | constants.W_OK);
    return await locks.run(`${facts.dev}:${facts.ino}`, () => readTextFile({ handle, writable }, path, anyEncoding));
  } finally {
    await handle.close();
  }
}

/** Writes a text: to a new file without `etag`, otherwise over the file with this etag, in its encoding. */
export async function writeText(
  context: RootContext,
  path: string,
  content: string,
  etag: string | undefined,
  { mode, allowHardLinks }: WriteOptions = {},
): Promise<TextFile> {
  const { folder: names, name } = parseEntryPath(path);
  const plain = formatPath([...names, name]);
  if (!content.isWellFormed())
    throw new AppError("invalid_input", "The text has half a character (an unpaired surrogate).");
  return context.inside(names, async (folder) => {
    if (etag === undefined) {
      const bytes = limited(Buffer.from(content));
      const facts = await createFile(folder, name, mode, (draft) => draft.writeFile(bytes));
      return written(bytes, facts, { path: plain, content, encoding: "utf-8" });
    }
    const { encoding, etag: current } = await readTextIn(context, folder, name, plain, true);
    if (encoding === "iso-8859-1") throw unknownEncoding();
    if (current !== etag) throw changed();
    const bytes = limited(encodeText(content, encoding));
    const facts = await overwriteIn(context, folder, [...names, name], {
      allowHardLinks,
      stage: (draft) => draft.writeFile(bytes),
      check: (now) => {
        if (now !== etag) throw changed();
      },
    });
    return written(bytes, facts, { path: plain, content, encoding });
  });
}

function written(
  bytes: Buffer,
  { mtimeMs, nlink: links }: { mtimeMs: number; nlink: number },
  text: Pick<TextFile, "path" | "content" | "encoding">,
): TextFile {
  const modifiedAt = toTimestamp(mtimeMs);
  return { ...text, size: bytes.length, etag: toEtag(bytes), modifiedAt, readOnly: null, links };
}

function limited(bytes: Buffer): Buffer {
  if (bytes.length <= TEXT_FILE_MAX) return bytes;
  throw new AppError("too_large", `A text file may have ${TEXT_FILE_MAX / 1024 / 1024} MiB at most.`);
}

const changed = () => new AppError("conflict", "The file has changed since it was read.");
const unknownEncoding = () =>
  new AppError("unsupported_media_type", "This file is not in UTF-8 or UTF-16; it can be read, but not saved.");
