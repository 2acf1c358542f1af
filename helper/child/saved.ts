import { closeSync, constants, readFileSync } from "node:fs";
import { MAX_RESPONSE } from "../../shared/helper/protocol.ts";
import { writeSavedFile } from "../../shared/pm2/saved-file.ts";
import { AppError } from "../../shared/server/errors.ts";
import { openFile } from "./open-path.ts";

/** PM2's saved list; null if nothing is saved. @throws AppError `too_large` above 32 MiB */
export function readSaved(path: string): { bytes: Buffer; modifiedAt: number } | null {
  const file = openFile(path, constants.O_RDONLY);
  if (!file) return null;
  try {
    if (file.stats.size > MAX_RESPONSE) throw new AppError("too_large", "PM2's saved list is larger than 32 MiB.");
    return { bytes: readFileSync(file.fd), modifiedAt: file.stats.mtimeMs };
  } finally {
    closeSync(file.fd);
  }
}

/** @throws AppError `invalid_input` for anything but a list of apps */
export async function writeSaved(path: string, bytes: Buffer): Promise<void> {
  const text = bytes.toString("utf8");
  let apps: unknown;
  try {
    apps = JSON.parse(text);
  } catch (error) {
    throw new AppError("invalid_input", "What should be saved is no list of apps.", { cause: error });
  }
  const isList = Array.isArray(apps) && apps.length > 0 && apps.every((app) => app !== null && typeof app === "object");
  if (!isList) throw new AppError("invalid_input", "What should be saved is no list of apps.");
  await writeSavedFile(path, text);
}
