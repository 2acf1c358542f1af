import File from "lucide-solid/icons/file";
import FileArchive from "lucide-solid/icons/file-archive";
import FileCode from "lucide-solid/icons/file-code";
import FileImage from "lucide-solid/icons/file-image";
import FileMusic from "lucide-solid/icons/file-music";
import FileSymlink from "lucide-solid/icons/file-symlink";
import FileText from "lucide-solid/icons/file-text";
import FileVideo from "lucide-solid/icons/file-video-camera";
import Folder from "lucide-solid/icons/folder";
import { Dynamic } from "solid-js/web";
import type { FileEntry } from "../../../../../shared/protocol/file.ts";
import { type FileGroup, groupOf } from "./file-type.ts";

const icons: Record<FileGroup, typeof File> = {
  folder: Folder,
  code: FileCode,
  text: FileText,
  image: FileImage,
  archive: FileArchive,
  audio: FileMusic,
  video: FileVideo,
  link: FileSymlink,
  other: File,
};

export function FileIcon(props: { entry: Pick<FileEntry, "name" | "kind"> }) {
  const group = () => groupOf(props.entry);
  return (
    <span class={`file-icon file-${group()}`}>
      <Dynamic component={icons[group()]} size={15} />
    </span>
  );
}
