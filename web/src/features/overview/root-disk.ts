import type { DiskStats } from "../../../../shared/protocol/system.ts";

/** The disk of `/`, or else the largest. */
export const rootDisk = (disks: readonly DiskStats[]): DiskStats | undefined =>
  disks.find((disk) => disk.mount === "/") ?? disks.toSorted((a, b) => b.total - a.total)[0];
