import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { ConfigError } from "./config.ts";

/** Creates the state folder with mode 0700. @throws ConfigError if other users can read it */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    throw new ConfigError("DATA_DIR can be read by other users; set its mode to 0700.");
  }
}

/** Reads a secret file. @throws ConfigError if other users can read it */
export function readPrivateFile(path: string): string {
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    throw new ConfigError(`A secret file in DATA_DIR can be read by other users; set its mode to 0600.`);
  }
  return readFileSync(path, "utf8");
}

/** Reads the file, or creates it atomically with mode 0600. If two processes start at the same time, both get the same content. */
export function readOrMakePrivateFile(path: string, make: () => string): string {
  makePrivateFolder(dirname(path));
  try {
    return readPrivateFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const draft = join(dirname(path), `.${process.pid}-${performance.now().toString(36)}.tmp`);
  const descriptor = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(descriptor, make());
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  chmodSync(draft, 0o600);
  try {
    linkSync(draft, path); // fails if the other process was first: its content counts
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
  return readPrivateFile(path);
}
