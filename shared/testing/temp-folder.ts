import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempFolder {
  /** Absolute, without links, mode 0700. */
  path: string;
  remove(): Promise<void>;
}

/** A folder of a test's own; the prefix is short because socket paths inside it may be 107 bytes long at most. */
export async function tempFolder(name = "test"): Promise<TempFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), `aid-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }) };
}
