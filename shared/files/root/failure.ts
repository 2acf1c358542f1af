import type { ErrorCode } from "../../protocol/result.ts";
import { AppError } from "../../server/errors.ts";

const failures: Record<string, readonly [ErrorCode, string]> = {
  ENOENT: ["not_found", "There is no such file or folder."],
  ENOTDIR: ["not_found", "There is no such folder."],
  ELOOP: ["invalid_input", "This is a link; links are not followed."],
  EACCES: ["forbidden", "The server has no permission to do this to the file."],
  EPERM: ["forbidden", "The server has no permission to do this to the file."],
  EROFS: ["forbidden", "The disk can only be read."],
  EEXIST: ["conflict", "Something of that name exists already."],
  ENOTEMPTY: ["conflict", "The folder is not empty."],
  EBUSY: ["conflict", "It is in use by the system."],
  ETXTBSY: ["conflict", "The program is running."],
  EISDIR: ["invalid_input", "This is a folder."],
  EINVAL: ["invalid_input", "This cannot be done to that name or place."],
  ENAMETOOLONG: ["invalid_input", "The name is too long."],
  EXDEV: ["not_supported", "The two places are on different disks."],
  ENXIO: ["unsupported_media_type", "This is not a regular file."],
  ENOSPC: ["storage_full", "The disk is full; nothing was changed."],
  EDQUOT: ["storage_full", "The disk quota is used up; nothing was changed."],
  EFBIG: ["too_large", "The file is too large for this disk."],
  EMFILE: ["overloaded", "Too many files are open; try again in a moment."],
  ENFILE: ["overloaded", "Too many files are open; try again in a moment."],
  EIO: ["upstream_unavailable", "The disk does not answer."],
  ESTALE: ["upstream_unavailable", "The disk does not answer."],
};

/** Converts an error of the file system to one for the caller; returns any other error unchanged. */
export function toFileFailure(thrown: unknown): unknown {
  if (thrown instanceof AppError) return thrown;
  const failure = failures[errnoOf(thrown) ?? ""];
  return failure ? new AppError(failure[0], failure[1], { cause: thrown }) : thrown;
}

export const errnoOf = (thrown: unknown): string | undefined => {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
};
