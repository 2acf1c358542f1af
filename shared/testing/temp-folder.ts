import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempFolder {
  /** Absolute, without links, mode 0700. */
  path: string;
  remove(): Promise<void>;
}

/** Creates a temporary folder for a test. The prefix is short, since socket paths have at most 107 bytes. */
export async function tempFolder(name = "test"): Promise<TempFolder> {
  const path = await mkdtemp(join(await realpath(tmpdir()), `aid-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }) };
}
