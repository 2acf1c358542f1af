import { statfs } from "node:fs/promises";
import { AppError } from "../../server/errors.ts";

/** Space left for the rest of the host: a full disk stops databases and logs, not only uploads. */
const RESERVE_BYTES = 512 * 1024 * 1024;
const RESERVE_SHARE = 0.05;

/**
 * Refuses what would fill the disk a folder lies on; without `reserve` it only has to fit.
 * @throws AppError `storage_full`.
 */
export async function refuseFullDisk(folder: string, needed: number, reserve = true): Promise<void> {
  const disk = await statfs(folder);
  const kept = reserve ? Math.min(RESERVE_BYTES, disk.blocks * disk.bsize * RESERVE_SHARE) : 0;
  if (disk.blocks > 0 && disk.bavail * disk.bsize - needed < kept) {
    throw new AppError("storage_full", "The disk has too little space left; nothing was changed.");
  }
}
