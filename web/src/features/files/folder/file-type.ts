import type { FileEntry } from "../../../../../shared/protocol/file.ts";
import { PICTURE_MAX, TEXT_FILE_MAX } from "../../../../../shared/protocol/file-limits.ts";
import { isPictureName } from "../picture/picture-name.ts";

export type FileGroup = "folder" | "code" | "text" | "image" | "archive" | "audio" | "video" | "link" | "other";

const extensions: Record<Exclude<FileGroup, "folder" | "link" | "other">, string> = {
  code: "js jsx ts tsx mjs cjs json jsonc css scss html htm xml svg py rb go rs java kt c h cc cpp hpp cs php sh bash zsh sql yaml yml toml vue svelte lua pl",
  text: "txt md markdown log conf cfg ini env service csv tsv lock properties rst",
  image: "png jpg jpeg gif webp avif bmp ico",
  archive: "zip tar gz tgz bz2 xz zst 7z rar jar",
  audio: "mp3 flac wav ogg m4a opus",
  video: "mp4 mkv webm mov avi",
};

const groups = new Map(
  Object.entries(extensions).flatMap(([group, list]) =>
    list.split(" ").map((ext) => [ext, group as FileGroup] as const),
  ),
);
const wholeNames: Record<string, FileGroup> = { dockerfile: "code", makefile: "code", license: "text", readme: "text" };

export const extensionOf = (name: string): string => {
  const at = name.lastIndexOf(".");
  return at <= 0 ? "" : name.slice(at + 1).toLowerCase();
};

export function groupOf(entry: Pick<FileEntry, "name" | "kind">): FileGroup {
  if (entry.kind === "directory") return "folder";
  if (entry.kind === "symlink") return "link";
  if (entry.kind === "other") return "other";
  return groups.get(extensionOf(entry.name)) ?? wholeNames[entry.name.toLowerCase()] ?? "other";
}

/** Whether a click opens the file in the page, as text or as a picture; other files are downloaded instead. */
export function opensInPage(entry: FileEntry): boolean {
  if (entry.kind !== "file") return false;
  if (isPictureName(entry.name)) return entry.size <= PICTURE_MAX;
  if (entry.size > TEXT_FILE_MAX) return false;
  const group = groupOf(entry);
  return group !== "image" && group !== "archive" && group !== "audio" && group !== "video";
}
