import { readFileSync } from "node:fs";

/** A file system with storage, and all its mounts. */
export interface Volume {
  device: string;
  type: string;
  /** Mount points, the best first; never empty. */
  mounts: readonly string[];
  /** Whether the first mount shows only a part of it, possibly a single file. */
  isPart: boolean;
  /** Whether another machine or program serves it, which may never respond. */
  isRemote: boolean;
}

interface MountLine {
  id: string;
  parent: string;
  /** Major and minor number: the same for all mounts of a file system. */
  number: string;
  /** The mounted folder inside the file system. */
  root: string;
  mount: string;
  type: string;
  device: string;
  readOnly: boolean;
}

/** Images and discs, which are always full. */
const imageType =
  /^(squashfs|iso9660|udf|erofs|cramfs|romfs|fuse\.(snapfuse|squashfuse(_ll)?|archivemount|.*\.AppImage))$/;
const remoteType =
  /^(nfs4?|cifs|smb3|smbfs|9p|virtiofs|ceph|glusterfs|lustre|gpfs|beegfs|orangefs|pvfs2|afs|coda|ncpfs|davfs2?|vboxsf|vmhgfs|prl_fs|drvfs|shiftfs|fuse(\..+)?)$/;
/** FUSE types without storage of their own: desktops, containers, cluster settings. */
const emptyFuse =
  /^fuse\.(gvfsd-fuse|gvfs-fuse-daemon|portal|xdg-document-portal|lxcfs|rofiles-fuse|fuse-overlayfs|kio-fuse|vmware-vmblock|fusectl)$/;
/** Disks of this host without a device in `/dev`. */
const localType = /^(zfs|btrfs|bcachefs|ubifs|jffs2|yaffs2|fuseblk)$/;
/** In a container, the root is a layer over an image; it counts as the disk of the container. */
const layeredRoot = /^(overlay|aufs|unionfs|fuse\.fuse-overlayfs)$/;

export const readVolumes = (): Volume[] => listVolumes(readFileSync("/proc/self/mountinfo", "utf8"));

/** Lists the file systems with storage in a `/proc/self/mountinfo`, each once, in the order of their mounts. */
export function listVolumes(mountinfo: string): Volume[] {
  const bySystem = new Map<string, MountLine[]>();
  const lines = parse(mountinfo);
  for (const [place, line] of lines.entries()) {
    if (!isStorage(line) || isCovered(line, place, lines)) continue;
    // Devices without a number are distinguished by name.
    const key = line.number === "0:0" ? line.device : line.number;
    bySystem.set(key, [...(bySystem.get(key) ?? []), line]);
  }
  return [...bySystem.values()].map(toVolume);
}

const MAX_PATHS = 4;

function toVolume(lines: MountLine[]): Volume {
  // The root first, whole file systems before parts, then the shorter path, which is the familiar one.
  const rank = (line: MountLine) => (line.mount === "/" ? 0 : isPart(line) ? 2 : 1);
  const sorted = lines.toSorted(
    (a, b) => rank(a) - rank(b) || a.mount.length - b.mount.length || (a.mount < b.mount ? -1 : 1),
  );
  const best = sorted[0] as MountLine;
  return {
    device: best.device,
    type: best.type,
    mounts: sorted.slice(0, MAX_PATHS).map(({ mount }) => mount),
    isPart: isPart(best),
    isRemote: remoteType.test(best.type),
  };
}

/** Whether only a folder, subvolume or file of the file system is mounted. */
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

/** Whether another mount covers it, so that its path leads to that one. */
const isCovered = ({ id, parent, mount }: MountLine, place: number, lines: readonly MountLine[]): boolean =>
  lines.some(
    (other, at) =>
      (other.parent === id && other.mount === mount) ||
      (at > place && other.parent === parent && mount.startsWith(`${other.mount}/`)),
  );

function isStorage({ type, device, mount, root, readOnly }: MountLine): boolean {
  if (mount === "/" && layeredRoot.test(type)) return true;
  if (imageType.test(type) || emptyFuse.test(type) || root.endsWith("//deleted")) return false;
  if (device === "/dev/fuse") return false; // cluster settings, desktop documents
  if (mount.startsWith("/tmp/.mount_")) return false; // an AppImage
  if (type === "zfs") return !device.includes("@") && !mount.includes("/zfs/graph/"); // snapshots, layers of images
  if (device.startsWith("/dev/loop") && readOnly) return false;
  if (localType.test(type) || remoteType.test(type)) return true;
  // A block device means storage.
  return device.startsWith("/dev/") && !/^(devtmpfs|tmpfs|ramfs|overlay|autofs)$/.test(type);
}

/** The kernel escapes spaces and backslashes of a path, for example as `\040`. */
const unescapeOctal = (field: string) =>
  field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
