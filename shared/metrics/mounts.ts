import { readFileSync } from "node:fs";

/** A file system that stores something, wherever it is mounted. */
export interface Volume {
  device: string;
  type: string;
  /** Paths it can be reached by, the best first; never empty. */
  mounts: readonly string[];
  /** Whether the first path shows a part of it only, which may be a single file. */
  isPart: boolean;
  /** Answers come from another machine or program, and may never come. */
  isRemote: boolean;
}

interface MountLine {
  id: string;
  parent: string;
  /** Major and minor number: one for each file system, however often it is mounted. */
  number: string;
  /** Folder of the file system that is mounted. */
  root: string;
  mount: string;
  type: string;
  device: string;
  readOnly: boolean;
}

/** Full by nature: images and discs. */
const imageType =
  /^(squashfs|iso9660|udf|erofs|cramfs|romfs|fuse\.(snapfuse|squashfuse(_ll)?|archivemount|.*\.AppImage))$/;
const remoteType =
  /^(nfs4?|cifs|smb3|smbfs|9p|virtiofs|ceph|glusterfs|lustre|gpfs|beegfs|orangefs|pvfs2|afs|coda|ncpfs|davfs2?|vboxsf|vmhgfs|prl_fs|drvfs|shiftfs|fuse(\..+)?)$/;
/** Show what is elsewhere or nowhere: desktops, containers, clusters' settings. */
const emptyFuse =
  /^fuse\.(gvfsd-fuse|gvfs-fuse-daemon|portal|xdg-document-portal|lxcfs|rofiles-fuse|fuse-overlayfs|kio-fuse|vmware-vmblock|fusectl)$/;
/** Without a device in `/dev`, and still disks of this host. */
const localType = /^(zfs|btrfs|bcachefs|ubifs|jffs2|yaffs2|fuseblk)$/;
/** In a container the root is a layer over an image, and still the disk of that container. */
const layeredRoot = /^(overlay|aufs|unionfs|fuse\.fuse-overlayfs)$/;

export const readVolumes = (): Volume[] => listVolumes(readFileSync("/proc/self/mountinfo", "utf8"));

/** File systems of a `/proc/self/mountinfo` that store something, each once, in the order they were mounted in. */
export function listVolumes(mountinfo: string): Volume[] {
  const bySystem = new Map<string, MountLine[]>();
  const lines = parse(mountinfo);
  for (const [place, line] of lines.entries()) {
    if (!isStorage(line) || isCovered(line, place, lines)) continue;
    // Two devices without a number of their own are distinguished by name.
    const key = line.number === "0:0" ? line.device : line.number;
    bySystem.set(key, [...(bySystem.get(key) ?? []), line]);
  }
  return [...bySystem.values()].map(toVolume);
}

const PATHS_MAX = 4;

function toVolume(lines: MountLine[]): Volume {
  // The root, then the whole before a part; the shorter path is the one people know.
  const rank = (line: MountLine) => (line.mount === "/" ? 0 : isPart(line) ? 2 : 1);
  const sorted = lines.toSorted(
    (a, b) => rank(a) - rank(b) || a.mount.length - b.mount.length || (a.mount < b.mount ? -1 : 1),
  );
  const best = sorted[0] as MountLine;
  return {
    device: best.device,
    type: best.type,
    mounts: sorted.slice(0, PATHS_MAX).map(({ mount }) => mount),
    isPart: isPart(best),
    isRemote: remoteType.test(best.type),
  };
}

/** A folder, a subvolume or a file of it, mounted by itself. */
const isPart = ({ root }: MountLine) => root !== "/";

function parse(mountinfo: string): MountLine[] {
  return mountinfo.split("\n").flatMap((text) => {
    const [place = "", system = ""] = text.split(" - ");
    const [id = "", parent = "", number = "", root = "", mount = ""] = place.split(" ").map(unescapeOctal);
    const [type = "", device = "", options = ""] = system.split(" ").map(unescapeOctal);
    if (mount === "" || type === "") return [];
    return [{ id, parent, number, root, mount, type, device, readOnly: options.split(",").includes("ro") }];
  });
}

/** Whether another mount lies over it: its path leads to that one. */
const isCovered = ({ id, parent, mount }: MountLine, place: number, lines: readonly MountLine[]): boolean =>
  lines.some(
    (other, at) =>
      (other.parent === id && other.mount === mount) ||
      (at > place && other.parent === parent && mount.startsWith(`${other.mount}/`)),
  );

function isStorage({ type, device, mount, root, readOnly }: MountLine): boolean {
  if (mount === "/" && layeredRoot.test(type)) return true;
  if (imageType.test(type) || emptyFuse.test(type) || root.endsWith("//deleted")) return false;
  if (device === "/dev/fuse") return false; // settings of a cluster, documents of a desktop
  if (mount.startsWith("/tmp/.mount_")) return false; // a program that brings its files along as an image
  if (type === "zfs") return !device.includes("@") && !mount.includes("/zfs/graph/"); // snapshots, layers of images
  if (device.startsWith("/dev/loop") && readOnly) return false;
  if (localType.test(type) || remoteType.test(type)) return true;
  // Whatever has a block device stores something.
  return device.startsWith("/dev/") && !/^(devtmpfs|tmpfs|ramfs|overlay|autofs)$/.test(type);
}

/** The kernel writes blanks and backslashes of a path as `\040`. */
const unescapeOctal = (field: string) =>
  field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
