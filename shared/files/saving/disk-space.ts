import { statfs } from "node:fs/promises";
import { AppError } from "../../server/errors.ts";

/** Space reserved for the rest of the host: a full disk also stops databases and logs. */
const RESERVE_BYTES = 512 * 1024 * 1024;
const RESERVE_SHARE = 0.05;

/**
 * Checks that bytes fit on the disk of a folder and leave the reserve free; without `reserve`, only that they fit.
 * @throws AppError `storage_full`
 */
export async function refuseFullDisk(folder: string, needed: number, reserve = true): Promise<void> {
  const disk = await statfs(folder);
  const kept = reserve ? Math.min(RESERVE_BYTES, disk.blocks * disk.bsize * RESERVE_SHARE) : 0;
  if (disk.blocks > 0 && disk.bavail * disk.bsize - needed < kept) {
    throw new AppError("storage_full", "The disk has too little space left; nothing was changed.");
  }
}
